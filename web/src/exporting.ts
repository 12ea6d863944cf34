// What can be taken along from a video: files the server makes, fetched with the key and saved here.

import { send, type Asked } from "./api";

/** Files of a video, by the last part of their address. */
export const FILES: readonly (readonly [string, string])[] = [
  ["transcript.srt", "Speech, SubRip"],
  ["transcript.vtt", "Speech, WebVTT"],
  ["transcript.csv", "Speech, CSV"],
  ["transcript.txt", "Speech, text"],
  ["screen-text.csv", "Screen text, CSV"],
];

export function fileRequest(indexId: string, videoId: string, file: string): Asked {
  return { method: "GET", path: `/v1.3/indexes/${indexId}/videos/${videoId}/${file}` };
}

export function clipRequest(indexId: string, videoId: string, start_s: number, end_s: number): Asked {
  const path = `/v1.3/indexes/${indexId}/videos/${videoId}/clip`;
  return { method: "GET", path, query: { start: start_s.toFixed(3), end: end_s.toFixed(3) } };
}

/** Fetches a file and hands it to the browser to save, under the name the server gives it. */
export async function save(asked: Asked, otherwise: string): Promise<string> {
  const answer = await send(asked);
  const name = nameOf(answer.headers.get("content-disposition") ?? "") ?? otherwise;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return name;
}

/** The name in a Content-Disposition field, RFC 6266: the encoded one wins. */
export function nameOf(disposition: string): string | null {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  if (encoded) {
    try {
      return decodeURIComponent(encoded);
    } catch {
      // A server that breaks its own encoding still gave a plain name.
    }
  }
  return /filename="((?:[^"\\]|\\.)*)"/.exec(disposition)?.[1]?.replace(/\\(.)/g, "$1") ?? null;
}
