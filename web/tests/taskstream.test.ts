import assert from "node:assert/strict";
import { test } from "node:test";
import { events } from "../src/taskstream";

async function readFrom(pieces: readonly string[]) {
  const bytes = pieces.map((piece) => new TextEncoder().encode(piece));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const each of bytes) controller.enqueue(each);
      controller.close();
    },
  });
  const found = [];
  for await (const event of events(body)) found.push(event);
  return found;
}

const STREAM = 'retry: 2000\n\nid: 1\nevent: task\ndata: {"name": "é"}\n\nid: 2\n: still here\n\nevent: task\ndata: {"cut';

test("events come whole, wherever the network cuts them", async () => {
  const wanted = [
    { id: "", name: "message", data: "" },
    { id: "1", name: "task", data: '{"name": "é"}' },
    { id: "2", name: "message", data: "" },
  ];
  assert.deepEqual(await readFrom([STREAM]), wanted);
  assert.deepEqual(await readFrom([...STREAM]), wanted);
});
