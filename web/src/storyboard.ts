// The storyboard of a video: which part of one sheet of small pictures shows which second.

import { local } from "./api";

export interface Tile {
  start: number;
  end: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Storyboard {
  sheet: string;
  tiles: Tile[];
}

const known = new Map<string, Promise<Storyboard | null>>();

/** Fetched once a video; null where it cannot be had. */
export function storyboardOf(videoId: string, link: string): Promise<Storyboard | null> {
  let found = known.get(videoId);
  if (!found) {
    found = fetchStoryboard(local(link)).catch(() => null);
    known.set(videoId, found);
  }
  return found;
}

async function fetchStoryboard(path: string): Promise<Storyboard | null> {
  const answer = await fetch(path);
  return answer.ok ? read(await answer.text(), path) : null;
}

export function read(text: string, path: string): Storyboard | null {
  const tiles: Tile[] = [];
  let sheet = "";
  for (const cue of text.split(/\n\s*\n/)) {
    const found = /([\d:.]+) --> ([\d:.]+)\n(\S+?)#xywh=(\d+),(\d+),(\d+),(\d+)/.exec(cue);
    if (!found) continue;
    const [, start = "", end = "", name = "", x, y, width, height] = found;
    sheet = new URL(name, new URL(path, location.href)).href;
    tiles.push({ start: secondsOf(start), end: secondsOf(end), x: +x!, y: +y!, width: +width!, height: +height! });
  }
  return tiles.length ? { sheet: local(sheet), tiles } : null;
}

export function tileAt(storyboard: Storyboard, at_s: number): Tile {
  const { tiles } = storyboard;
  return tiles.findLast((tile) => tile.start <= at_s) ?? tiles[0]!;
}

/** How to show a tile as large as its box. */
export function tileStyle(storyboard: Storyboard, tile: Tile): Record<string, string> {
  const columns = Math.max(...storyboard.tiles.map((each) => each.x + each.width)) / tile.width;
  const rows = Math.max(...storyboard.tiles.map((each) => each.y + each.height)) / tile.height;
  const place = (offset: number, size: number, count: number) =>
    count > 1 ? `${((offset / size) * 100) / (count - 1)}%` : "0%";
  return {
    backgroundImage: `url("${storyboard.sheet}")`,
    backgroundSize: `${columns * 100}% ${rows * 100}%`,
    backgroundPosition: `${place(tile.x, tile.width, columns)} ${place(tile.y, tile.height, rows)}`,
    aspectRatio: `${tile.width} / ${tile.height}`,
  };
}

function secondsOf(clock: string): number {
  return clock.split(":").reduce((total, part) => total * 60 + Number(part), 0);
}
