// The indexes a person can look at, and the one that is chosen; shared by the screens.

import { useEffect } from "preact/hooks";
import { ask, get } from "./api";
import { useAnswer, type Asking } from "./useAnswer";
import type { Index, Page, Video } from "./wire";

const CHOSEN = "kinodex.index";
const FIRST_NAME = "My videos";

let version = 0;
const listeners = new Set<() => void>();

/** Tells all screens that indexes or videos have changed. */
export function libraryChanged(): void {
  version += 1;
  for (const listener of listeners) listener();
}

export async function allIndexes(signal?: AbortSignal): Promise<Index[]> {
  const found: Index[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await get<Page<Index>>("/v1.3/indexes", { page, page_limit: 50 }, signal);
    found.push(...answer.data);
    if (page >= answer.page_info.total_page || page >= 20) return found;
  }
}

export function useIndexes(): Asking<Index[]> {
  const asking = useAnswer((signal) => allIndexes(signal), [version]);
  useEffect(() => {
    listeners.add(asking.again);
    return () => void listeners.delete(asking.again);
  }, [asking.again]);
  return asking;
}

export function chosenIndex(indexes: Index[] | undefined, wanted?: string | null): Index | undefined {
  const id = wanted && wanted !== "all" ? wanted : localStorage.getItem(CHOSEN);
  return indexes?.find((index) => index._id === id) ?? indexes?.[0];
}

export function chooseIndex(id: string): void {
  localStorage.setItem(CHOSEN, id);
}

export async function createIndex(name: string): Promise<string> {
  const models = [{ model_name: "marengo3.0", model_options: ["visual", "audio"] }];
  const made = await ask<{ _id: string }>({
    method: "POST",
    path: "/v1.3/indexes",
    json: { index_name: name, models },
  });
  chooseIndex(made._id);
  libraryChanged();
  return made._id;
}

export function firstIndex(): Promise<string> {
  return createIndex(FIRST_NAME);
}

export function titleOf(video: Video): string {
  return video.system_metadata.video_title || video.system_metadata.filename;
}

const videos = new Map<string, Promise<Video>>();

/** A video, asked for once a visit: for the titles and storyboards of moments. */
export function videoOf(indexId: string, videoId: string): Promise<Video> {
  const name = `${indexId}/${videoId}`;
  let found = videos.get(name);
  if (!found) {
    found = get<Video>(`/v1.3/indexes/${indexId}/videos/${videoId}`);
    found.catch(() => videos.delete(name));
    videos.set(name, found);
    // Its links work for an hour.
    setTimeout(() => videos.delete(name), 45 * 60_000);
  }
  return found;
}

export function forgetVideo(indexId: string, videoId: string): void {
  videos.delete(`${indexId}/${videoId}`);
}
