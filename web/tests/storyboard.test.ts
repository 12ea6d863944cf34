import assert from "node:assert/strict";
import { test } from "node:test";
import { read, tileAt, tileStyle } from "../src/storyboard";

const TEXT = `WEBVTT

00:00:00.000 --> 00:00:02.000
sheet.jpg?sign=1#xywh=0,0,160,90

00:00:02.000 --> 00:01:04.500
sheet.jpg?sign=1#xywh=160,0,160,90
`;

test("a storyboard is read from its cues", () => {
  globalThis.location = { href: "http://127.0.0.1/#/home" } as Location;
  const board = read(TEXT, "/v1.3/media/v1/storyboard.vtt")!;
  assert.equal(board.sheet, "/v1.3/media/v1/sheet.jpg?sign=1");
  assert.deepEqual(board.tiles[1], { start: 2, end: 64.5, x: 160, y: 0, width: 160, height: 90 });
  assert.equal(tileAt(board, 2.5), board.tiles[1]);
  assert.equal(tileAt(board, -1), board.tiles[0]);
  assert.equal(tileStyle(board, board.tiles[1]!)["backgroundPosition"], "100% 0%");
  assert.equal(tileStyle(board, board.tiles[1]!)["backgroundSize"], "200% 100%");
});

test("what is no storyboard is none", () => {
  assert.equal(read("<p>not found", "/x"), null);
});
