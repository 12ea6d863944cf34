import assert from "node:assert/strict";
import { test } from "node:test";
import { clipRequest, nameOf } from "../src/exporting";

test("the encoded name of a file wins over the plain one", () => {
  assert.equal(nameOf(`attachment; filename="film.srt"; filename*=UTF-8''%C3%BCber%20film.srt`), "über film.srt");
});

test("a plain name may hold quotes, and none is no name", () => {
  assert.equal(nameOf('attachment; filename="a \\"b\\".srt"'), 'a "b".srt');
  assert.equal(nameOf("attachment"), null);
});

test("an encoding that is broken leaves the plain name", () => {
  assert.equal(nameOf(`attachment; filename="film.srt"; filename*=UTF-8''%ZZ`), "film.srt");
});

test("a clip is asked for to the thousandth", () => {
  assert.deepEqual(clipRequest("i", "v", 1 / 3, 2).query, { start: "0.333", end: "2.000" });
});
