import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, screenLink, videoLink } from "../src/route";

test("a link to a second leads back to it", () => {
  const link = videoLink("i1", "v1", 75.2, { q: 'said:"a & b" #1', in: undefined });
  const { screen, params } = parse(link);
  assert.equal(link.split("&q=")[0], "#t=75.20&video=i1/v1");
  assert.equal(screen, "video");
  assert.deepEqual(Object.fromEntries(params), { t: "75.20", video: "i1/v1", q: 'said:"a & b" #1' });
});

test("screens keep what they are asked", () => {
  const { screen, params } = parse(screenLink("search", { q: "50 % & more", view: undefined }));
  assert.equal(screen, "search");
  assert.deepEqual(Object.fromEntries(params), { q: "50 % & more" });
});

test("what leads nowhere leads home", () => {
  for (const hash of ["", "#", "#/", "#something=else"]) assert.equal(parse(hash).screen, "home");
});
