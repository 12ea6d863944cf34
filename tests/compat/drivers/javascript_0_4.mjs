// `twelvelabs-js` 0.4: the host comes from TWELVELABS_BASE_URL, the version is v1.3.

import { createRequire } from "node:module";
import { refused, same, step, toldOf } from "./steps.mjs";

const [version, folder] = process.argv.slice(2);
const { TwelveLabs } = createRequire(`${folder}/`)("twelvelabs-js");
const { API_KEY, CLIP, CLIP_URL, PICTURE, PICTURE_URL, SERVER, SOUND } = process.env;

const client = new TwelveLabs({ apiKey: API_KEY });
step("the client takes the host from the environment", client.baseUrl.startsWith(SERVER), client.baseUrl);

const name = `javascript ${version}`;
const models = [{ name: "marengo2.7", options: ["visual", "audio"] }];
const index = await client.index.create({ name, models, addons: ["thumbnail"] });
step("index.create", index.id && same(index.models[0].options, ["visual", "audio"]), index.models);
step("index.list by name", same((await client.index.list({ name })).map((each) => each.id), [index.id]));
const pages = await client.index.listPagination({ pageLimit: 1 });
step("index.listPagination", pages.pageInfo.limitPerPage === 1 && pages.data.length === 1, pages.pageInfo);
await client.index.update(index.id, `${name} renamed`);
step("index.update", (await client.index.retrieve(index.id)).name === `${name} renamed`);

let task = await client.task.create({ indexId: index.id, url: CLIP_URL });
step("task.create by url", task.id && task.videoId, task.status);
await task.waitForDone(200);
task = await client.task.retrieve(task.id);
step("task.waitForDone", task.status === "ready" && task.systemMetadata.duration > 11, task.systemMetadata);
await toldOf(task.id);
const upload = await client.task.create({ indexId: index.id, file: CLIP, enableVideoStream: true });
await upload.waitForDone(200);
step("task.create by file", upload.status === "ready", upload.status);
step("task.list", (await client.task.list({ indexId: index.id, height: 360 })).length === 2);
const first = await client.task.listPagination({ indexId: index.id, pageLimit: 1 });
const second = await first.next();
step("task.listPagination, the page after", second.length === 1 && second[0].id !== first.data[0].id);

const videos = [task.videoId, upload.videoId];
const search = (more) => client.search.query({ indexId: index.id, options: ["visual"], ...more });
const words = { queryText: "five dozen liquor jugs", options: ["audio"] };
const found = await search(words);
step("search by words", same(found.data.map((hit) => hit.videoId), videos), found.data);
step("search says how sure it is", ["high", "medium", "low"].includes(found.data[0].confidence));
step("search pool", found.pool.totalCount === 2, found.pool);
const grouped = await search({ queryText: "red", groupBy: "video" });
step("search grouped by video", same(grouped.data.map((each) => each.id), videos) && grouped.data[0].clips.length);
const paged = await search({ ...words, pageLimit: 1 });
const rest = await paged.next();
step("search, second page", rest.length === 1 && rest[0].videoId !== paged.data[0].videoId, rest);
step("search, after the last page", (await paged.next()) === null);
const narrow = await search({ queryText: "red", filter: { id: [task.videoId], duration: { gte: 1 } } });
step("search with a filter", narrow.data.every((hit) => hit.videoId === task.videoId) && narrow.data.length);
const picture = { queryMediaType: "image", queryMediaFile: PICTURE };
step("search by a picture", (await search(picture)).data.length);
const address = { queryMediaType: "image", queryMediaUrl: PICTURE_URL };
step("search by the URL of a picture", (await search(address)).data.length);
step("search by a picture and words", (await search({ ...picture, queryText: "red" })).data.length);

await client.index.video.update(index.id, task.videoId, { userMetadata: { category: "sports", lap: 3 } });
const video = await client.index.video.retrieve(index.id, task.videoId);
step("video.update", video.userMetadata.category === "sports" && video.userMetadata.lap === 3, video.userMetadata);
step("video.retrieve", video.systemMetadata.height === 360 && video.systemMetadata.size > 0);
const ranged = await client.index.video.list(index.id, { duration: { gte: 11, lte: 13 } });
step("video.list by range", same(ranged.map((each) => each.id), videos));

const own = await client.index.video.list(index.id, { category: "sports" });
step("video.list by metadata", same(own.map((each) => each.id), [task.videoId]));
const sports = await search({ queryText: "red", filter: { category: "sports" } });
step("search with a filter of metadata", sports.data.every((hit) => hit.videoId === task.videoId) && sports.data.length);

const modelName = "Marengo-retrieval-2.7";
const vectors = await client.embed.create({ modelName, text: "a red car", imageFile: PICTURE, audioFile: SOUND });
step("embed.create of a text", vectors.textEmbedding.segments[0].embeddingsFloat.length);
step("embed.create of a picture", vectors.imageEmbedding.segments[0].embeddingsFloat.length);
step("embed.create of a sound says why not", vectors.audioEmbedding.errorMessage, vectors.audioEmbedding);
let embedding = await client.embed.task.create(modelName, { url: CLIP_URL, clipLength: 3 });
await embedding.waitForDone(200);
embedding = await embedding.retrieve();
step("embed.task of a URL", embedding.videoEmbedding.segments.length >= 4, embedding.status);
let second2 = await client.embed.task.create(modelName, { file: CLIP, scopes: ["clip", "video"] });
await second2.waitForDone(200);
second2 = await second2.retrieve();
const scopes = [...new Set(second2.videoEmbedding.segments.map((each) => each.embeddingScope))];
step("embed.task of a file", same(scopes, ["clip", "video"]), scopes);
const embeddings = await client.embed.task.list({ status: "ready", pageLimit: 50 });
step("embed.task.list", embeddings.some((each) => each.id === embedding.id));
const code = "index_not_supported_for_generate";
await refused("generate.gist", 400, code, () => client.generate.gist(task.videoId, ["title"]));
await refused("generate.summarize", 400, code, () => client.generate.summarize(task.videoId, "summary"));
await refused("generate.text", 400, code, () => client.generate.text(task.videoId, "What happens?"));

await client.index.video.delete(index.id, task.videoId);
const left = await client.index.video.list(index.id);
step("video.delete", same(left.map((each) => each.id), [upload.videoId]));
await client.task.delete(task.id);
step("task.delete", same((await client.task.list({ indexId: index.id })).map((each) => each.id), [upload.id]));
await client.index.delete(index.id);
step("index.delete", (await client.index.list({ name: `${name} renamed` })).length === 0);
await client.index.retrieve(index.id).then(
  () => step("an index that is gone", false),
  (error) => step("an index that is gone", error.constructor.name === "NotFoundError", error.constructor.name),
);
