// `twelvelabs-js` 1: the address with the version comes from TWELVELABS_BASE_URL and nowhere else.

import { createReadStream, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { all, refused, same, step, toldOf, untilFinal } from "./steps.mjs";

const [version, folder] = process.argv.slice(2);
const { TwelveLabs } = createRequire(`${folder}/`)("twelvelabs-js");
const { API_KEY, CLIP, CLIP_URL, PICTURE, PICTURE_URL, SOUND } = process.env;

const client = new TwelveLabs({ apiKey: API_KEY });

const name = `javascript ${version}`;
const models = [{ modelName: "marengo3.0", modelOptions: ["visual", "audio"] }];
const index = await client.indexes.create({ indexName: name, models, addons: ["thumbnail"] });
step("indexes.create", index.id, index);
const got = await client.indexes.retrieve(index.id);
step("indexes.retrieve", got.indexName === name && same(got.models[0].modelOptions, ["visual", "audio"]), got);
const named = await all(await client.indexes.list({ indexName: name }));
step("indexes.list by name", same(named.map((each) => each.id), [index.id]));
await client.indexes.update(index.id, { indexName: `${name} renamed` });
step("indexes.update", (await client.indexes.retrieve(index.id)).indexName === `${name} renamed`);
await refused("indexes.create with a name that is taken", 400, "index_name_already_exists", () =>
  client.indexes.create({ indexName: `${name} renamed`, models }),
);

const userMetadata = JSON.stringify({ category: "sports", lap: 3 });
const task = await client.tasks.create({ indexId: index.id, videoUrl: CLIP_URL, userMetadata });
step("tasks.create by url", task.id && task.videoId, task);
const seen = [];
const options = { sleepInterval: 0.2, callback: (each) => seen.push(each.status) };
const done = await client.tasks.waitForDone(task.id, options);
step("tasks.waitForDone", done.status === "ready" && done.systemMetadata.duration > 11, seen);
await toldOf(task.id);
const upload = await client.tasks.create({
  indexId: index.id,
  videoFile: createReadStream(CLIP),
  enableVideoStream: true,
});
const uploaded = await client.tasks.waitForDone(upload.id, options);
step("tasks.create by file", uploaded.status === "ready", uploaded);
const filters = { indexId: index.id, status: ["ready", "indexing"], width: 640, pageLimit: 1 };
const listed = await all(await client.tasks.list(filters));
step("tasks.list with filters, all pages", same(listed.map((each) => each.id), [task.id, upload.id]), listed);
step("tasks.list, none", (await all(await client.tasks.list({ indexId: index.id, status: ["failed"] }))).length === 0);

const videos = [task.videoId, upload.videoId];
const search = (more) => client.search.query({ indexId: index.id, searchOptions: ["visual"], ...more });
const words = { queryText: "five dozen liquor jugs", searchOptions: ["audio"] };
const found = await all(await search({ ...words, pageLimit: 1 }));
step("search by words, all pages", same(found.map((hit) => hit.videoId), videos), found);
step("search ranks over the pages", same(found.map((hit) => hit.rank), [1, 2]));
const exact = { queryText: "liquor jugs", searchOptions: ["transcription"], transcriptionOptions: ["lexical"] };
step("search in the transcription", (await all(await search(exact))).length === 2);
const grouped = await all(await search({ queryText: "red", groupBy: "video" }));
step("search grouped by video", same(grouped.map((each) => each.id), videos) && grouped[0].clips.length, grouped);
const filter = JSON.stringify({ id: [task.videoId], duration: { gte: 1 }, category: "sports" });
const narrow = await all(await search({ queryText: "red", filter, includeUserMetadata: true }));
step("search with a filter", narrow.length && narrow.every((hit) => hit.videoId === task.videoId), narrow);
step("search shows metadata", narrow[0].userMetadata?.category === "sports", narrow[0].userMetadata);
const picture = () => ({ queryMediaType: "image", queryMediaFile: createReadStream(PICTURE) });
step("search by a picture", (await all(await search(picture()))).length);
const pictures = [createReadStream(PICTURE), createReadStream(PICTURE)];
step("search by two pictures", (await all(await search({ queryMediaType: "image", queryMediaFiles: pictures }))).length);
const address = { queryMediaType: "image", queryMediaUrl: PICTURE_URL };
step("search by the URL of a picture", (await all(await search(address))).length);
step("search by a picture and words", (await all(await search({ ...picture(), queryText: "red" }))).length);
await refused("search by a page token that is no more", 400, "search_page_token_expired", () =>
  client.search.retrieve("expired"),
);

const video = await client.indexes.videos.retrieve(index.id, task.videoId, { transcription: true });
step("videos.retrieve", video.systemMetadata.height === 360 && video.transcription.length, video);
const own = { userMetadata: { category: "sports" } };
const matching = await all(await client.indexes.videos.list(index.id, own));
step("videos.list by metadata", same(matching.map((each) => each.id), [task.videoId]), matching);
await client.indexes.videos.update(index.id, task.videoId, { userMetadata: { category: "racing" } });
const changed = (await client.indexes.videos.retrieve(index.id, task.videoId)).userMetadata;
step("videos.update merges", changed.category === "racing" && changed.lap === 3, changed);

// Assets
const made = await client.assets.create({ method: "url", url: CLIP_URL, filename: "mine.mp4", enableThumbnail: true });
step("assets.create by url", made.status === "processing" && made.method === "url", made);
const asset = await untilFinal(() => client.assets.retrieve(made.id));
step("assets.retrieve", asset.status === "ready" && asset.technicalMetadata.videoCodec === "h264", asset);
const sent = await client.assets.create({ method: "direct", file: createReadStream(PICTURE), userMetadata: '{"a":1}' });
const image = await untilFinal(() => client.assets.retrieve(sent.id));
step("assets.create by file", image.status === "ready" && image.fileType === "image/png", image);
await client.assets.updateUserMetadata(sent.id, { userMetadata: { b: "x" } });
step("assets.updateUserMetadata", same(Object.keys((await client.assets.retrieve(sent.id)).userMetadata), ["a", "b"]));
const mine = await all(await client.assets.list({ assetIds: [asset.id, image.id], assetTypes: ["video"] }));
step("assets.list with filters", same(mine.map((each) => each.id), [asset.id]), mine);
const part = await client.multipartUpload.uploadFile(CLIP);
step("multipartUpload.uploadFile", part.assetId && part.assetUrl, part);
const parted = await untilFinal(() => client.assets.retrieve(part.assetId));
step("an upload in parts is whole", parted.status === "ready" && parted.size === statSync(CLIP).size, parted);
const bytes = Buffer.from(await (await fetch(part.assetUrl)).arrayBuffer());
step("the link of an upload", bytes.equals(readFileSync(CLIP)));
const started = await client.indexes.indexedAssets.create(index.id, {
  assetId: part.assetId,
  userMetadata: { via: "asset" },
});
const indexed = await untilFinal(() => client.indexes.indexedAssets.retrieve(index.id, started.id));
step("indexedAssets.create", indexed.status === "ready" && indexed.assetId === part.assetId, indexed);
const via = await all(await client.indexes.indexedAssets.list(index.id, { userMetadata: { via: "asset" } }));
step("indexedAssets.list by metadata", same(via.map((each) => each.id), [started.id]), via);
const there = await all(await search({ queryText: "red", filter: JSON.stringify({ via: "asset" }) }));
step("search finds an indexed asset", there.length && there.every((hit) => hit.videoId === started.id));
await refused("assets.delete of one in use", 409, "resource_in_use", () => client.assets.delete(part.assetId));
await client.indexes.indexedAssets.delete(index.id, started.id);
await client.assets.delete(part.assetId);
await refused("assets.delete", 404, "resource_not_exist", () => client.assets.retrieve(part.assetId));

// Embed
const modelName = "marengo3.0";
const vectors = await client.embed.create({ modelName, text: "a red car", imageFile: createReadStream(PICTURE) });
const text = vectors.textEmbedding.segments[0].float;
step("embed.create of a text", text.length);
step("embed.create of a picture", vectors.imageEmbedding.segments[0].float.length);
const heard = await client.embed.create({ modelName, audioFile: createReadStream(SOUND) });
step("embed.create of a sound says why not", heard.audioEmbedding.errorMessage, heard);
const second = await client.embed.v2.create({ modelName, inputType: "text", text: { inputText: "a red car" } });
step("embed.v2.create of a text", same(second.data[0].embedding, text));
const source = { mediaSource: { url: PICTURE_URL } };
const seen2 = await client.embed.v2.create({ modelName, inputType: "image", image: source });
step("embed.v2.create of a picture", seen2.data[0].embedding.length);
const embedding = await client.embed.tasks.create({ modelName, videoUrl: CLIP_URL, videoClipLength: 3 });
await client.embed.tasks.waitForDone(embedding.id, { sleepInterval: 0.2 });
const vectorsOf = await client.embed.tasks.retrieve(embedding.id, { embeddingOption: ["visual"] });
step("embed.tasks of a URL", vectorsOf.videoEmbedding.segments.length === 4, vectorsOf.status);
const finished = await all(await client.embed.tasks.list({ status: "ready" }));
step("embed.tasks.list", finished.some((each) => each.id === embedding.id));
const wanted = { modelName: "pegasus1.5", video: { type: "asset_id", assetId: asset.id }, prompt: "What happens?" };
const code = "index_not_supported_for_generate";
await refused("analyze", 400, code, () => client.analyze(wanted));
await refused("analyzeStream", 400, null, // the client leaves the body of a stream's refusal unread
   () => client.analyzeStream(wanted));
await refused("analyzeAsync.tasks.create", 400, code, () => client.analyzeAsync.tasks.create(wanted));

await client.indexes.videos.delete(index.id, task.videoId);
const left = await all(await client.indexes.videos.list(index.id));
step("videos.delete", same(left.map((each) => each.id), [upload.videoId]));
await client.tasks.delete(task.id);
const tasks = await all(await client.tasks.list({ indexId: index.id }));
step("tasks.delete", tasks.length && tasks.every((each) => each.id !== task.id));
await client.indexes.delete(index.id);
await refused("indexes.delete", 404, "resource_not_exist", () => client.indexes.retrieve(index.id));
