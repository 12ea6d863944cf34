import assert from "node:assert/strict";
import { test } from "node:test";
import { marked, searchRequest } from "../src/searching";

const wanted = { indexId: "i1", text: "the sky", modalities: ["speech", "screen_text"] } as const;

test("words that matched are marked whatever their accents and case", () => {
  const words = marked("Café de la CIEL, ciels", ["cafe", "ciel"]).flatMap(([text, isMatch]) => (isMatch ? [text] : []));
  assert.deepEqual(words, ["Café", "CIEL"]);
});

test("marking loses no letter", () => {
  const text = "<b>it’s</b> 12:30 — «sky»";
  assert.equal(marked(text, ["sky"]).map(([part]) => part).join(""), text);
});

test("a search names its modalities as the API does", () => {
  const { json } = searchRequest(wanted) as unknown as { json: Record<string, unknown> };
  assert.deepEqual(json["search_options"], ["conversation", "text_in_video"]);
  assert.equal(json["index_id"], "i1");
});

test("several indexes are searched as one, and a picture goes as a file", () => {
  const picture = new File(["x"], "frame.jpg", { type: "image/jpeg" });
  const { json, form } = searchRequest({ ...wanted, picture });
  assert.equal(json, undefined);
  assert.equal(form?.["query_media_file"], picture);
  assert.equal(form?.["query"], "the sky");
  const several = searchRequest({ ...wanted, indexIds: ["i1", "i2"] }).json as Record<string, unknown>;
  assert.deepEqual(several["index_ids"], ["i1", "i2"]);
  assert.equal(several["index_id"], undefined);
});
