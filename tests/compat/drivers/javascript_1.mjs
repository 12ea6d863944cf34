// `twelvelabs-js` 1: the address with the version comes from TWELVELABS_BASE_URL and nowhere else.

import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { all, refused, same, step } from "./steps.mjs";

const [version, folder] = process.argv.slice(2);
const { TwelveLabs } = createRequire(`${folder}/`)("twelvelabs-js");
const { API_KEY, CLIP, CLIP_URL, PICTURE, PICTURE_URL } = process.env;

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

await client.indexes.videos.delete(index.id, task.videoId);
const left = await all(await client.indexes.videos.list(index.id));
step("videos.delete", same(left.map((each) => each.id), [upload.videoId]));
await client.tasks.delete(task.id);
const tasks = await all(await client.tasks.list({ indexId: index.id }));
step("tasks.delete", same(tasks.map((each) => each.id), [upload.id]));
await client.indexes.delete(index.id);
await refused("indexes.delete", 404, "resource_not_exist", () => client.indexes.retrieve(index.id));
