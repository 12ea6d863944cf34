import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import type { Asked } from "../src/api";
import { snippet } from "../src/snippets";

const ORIGIN = "http://127.0.0.1:8000";
const HARD = `it's "50 %" $HOME \`id\` \\ é`;
const SEARCH: Asked = { method: "POST", path: "/v1.2/search", json: { query: HARD, exact: true, filter: null, n: [1.5] } };

test("what curl is given survives the shell", () => {
  const command = snippet(SEARCH, "curl", ORIGIN).replace(/^curl/, "printf '%s\\n'");
  const given = execFileSync("sh", ["-c", command], { env: { KINODEX_API_KEY: "k" }, encoding: "utf8" }).split("\n");
  assert.equal(given[0], `${ORIGIN}/v1.2/search`);
  assert.ok(given.includes("x-api-key: k"));
  assert.deepEqual(JSON.parse(given[given.indexOf("-d") + 1]!), SEARCH.json);
});

test("curl is told the method where it would not guess it", () => {
  assert.match(snippet({ method: "DELETE", path: "/v1.3/tasks/t" }, "curl", ORIGIN), /^curl -X DELETE /);
  assert.match(snippet({ method: "POST", path: "/v1.3/tasks/t/retry" }, "curl", ORIGIN), /^curl -X POST /);
  assert.doesNotMatch(snippet(SEARCH, "curl", ORIGIN), /-X/);
});

test("Python has its own words for true, false and nothing", () => {
  const said = snippet(SEARCH, "Python", ORIGIN);
  assert.ok(said.includes('"exact": True, "filter": None, "n": [1.5]'));
  assert.ok(said.startsWith("import os, requests\nanswer = requests.post(\n"));
});

test("JavaScript can be read by JavaScript", () => {
  const AsyncFunction = (async () => undefined).constructor as new (...parts: string[]) => unknown;
  for (const asked of [SEARCH, { method: "GET", path: "/v1.3/tasks", query: { page: 2, status: undefined } } as const])
    assert.doesNotThrow(() => new AsyncFunction("file", snippet(asked, "JavaScript", ORIGIN)));
});

test("files are sent as files in every language", () => {
  const asked: Asked = {
    method: "POST",
    path: "/v1.3/tasks",
    form: { index_id: "i1", video_file: new File(["x"], "my film.mp4"), nothing: undefined },
  };
  assert.ok(snippet(asked, "curl", ORIGIN).includes("-F 'video_file=@my film.mp4'"));
  assert.ok(snippet(asked, "Python", ORIGIN).includes('files={"video_file": open("my film.mp4", "rb")}'));
  assert.ok(snippet(asked, "JavaScript", ORIGIN).includes('body.append("video_file", file /* my film.mp4 */)'));
  assert.ok(!snippet(asked, "curl", ORIGIN).includes("nothing"));
});
