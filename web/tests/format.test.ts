import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, bytes, clock, counted, lasting, span } from "../src/format";

test("a time is read off as on a player", () => {
  assert.equal(clock(0), "0:00");
  assert.equal(clock(59.6), "1:00");
  assert.equal(clock(3725), "1:02:05");
  assert.equal(clock(-3), "0:00");
});

test("with a fraction it is the second that runs, never the next one", () => {
  assert.equal(clock(59.999, true), "0:59.99");
  assert.equal(clock(14.02, true), "0:14.02");
  assert.equal(clock(0.29, true), "0:00.29");
});

test("a span holds all of the moment", () => {
  assert.equal(span(11.2, 12.1), "0:11 – 0:13");
});

test("lengths grow from seconds to hours", () => {
  assert.equal(lasting(4), "4 s");
  assert.equal(lasting(4.25), "4.3 s");
  assert.equal(lasting(38.4), "38 s");
  assert.equal(lasting(125), "2 min 5 s");
  assert.equal(lasting(7380), "2 h 3 min");
});

test("no length has sixty of anything", () => {
  assert.equal(lasting(59.9), "1 min 0 s");
  assert.equal(lasting(119.7), "2 min 0 s");
  assert.equal(lasting(3599.8), "1 h 0 min");
  assert.equal(lasting(7199), "2 h 0 min");
});

test("bytes are counted by thousands", () => {
  assert.equal(bytes(0), "0 B");
  assert.equal(bytes(999), "999 B");
  assert.equal(bytes(1_252_491), "1.3 MB");
  assert.equal(bytes(42_000_000_000), "42 GB");
});

test("how long ago is told in the largest unit that fits", () => {
  const now = Date.parse("2026-01-02T00:00:00Z");
  assert.equal(ago("2026-01-01T23:59:55Z", now), "just now");
  assert.equal(ago("2026-01-01T23:59:20Z", now), "40 s ago");
  assert.equal(ago("2026-01-01T23:30:00Z", now), "30 min ago");
  assert.equal(ago("2026-01-01T20:00:00Z", now), "4 h ago");
});

test("one is not many", () => {
  assert.equal(counted(1, "video"), "1 video");
  assert.equal(counted(0, "video"), "0 videos");
  assert.equal(counted(2, "index", "indexes"), "2 indexes");
});
