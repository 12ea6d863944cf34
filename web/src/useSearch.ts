// A search with its pages and the videos its moments are from.

import { useEffect, useState } from "preact/hooks";
import type { Refusal } from "./api";
import { videoOf } from "./library";
import { nextPage, search, type Wanted } from "./searching";
import type { Moment, SearchAnswer, Video } from "./wire";

export interface Searching {
  answer: SearchAnswer | undefined;
  moments: Moment[];
  videos: Map<string, Video>;
  refusal: Refusal | undefined;
  isWaiting: boolean;
  took_ms: number;
  more: (() => void) | undefined;
}

export function useSearch(wanted: Wanted | null): Searching {
  const [answer, setAnswer] = useState<SearchAnswer>();
  const [moments, setMoments] = useState<Moment[]>([]);
  const [videos, setVideos] = useState(new Map<string, Video>());
  const [refusal, setRefusal] = useState<Refusal>();
  const [isWaiting, setWaiting] = useState(false);
  const [took_ms, setTook] = useState(0);

  useEffect(() => {
    if (!wanted) {
      setAnswer(undefined);
      setMoments([]);
      setRefusal(undefined);
      return;
    }
    const aborting = new AbortController();
    const run = async () => {
      setWaiting(true);
      const began = performance.now();
      try {
        const found = await search(wanted, aborting.signal);
        setTook(performance.now() - began);
        setAnswer(found);
        setMoments(found.data);
        setRefusal(undefined);
      } catch (error) {
        if (aborting.signal.aborted) return;
        setAnswer(undefined);
        setMoments([]);
        setRefusal(error as Refusal);
      }
      if (!aborting.signal.aborted) setWaiting(false);
    };
    void run();
    return () => aborting.abort();
  }, [JSON.stringify(wanted), wanted?.picture]);

  const names = [
    ...new Set(moments.map((moment) => `${moment.index_id ?? wanted?.indexId}/${moment.video_id}`)),
  ].join();
  useEffect(() => {
    if (!wanted || !names) return;
    let isGone = false;
    const pairs = names.split(",").map((name) => name.split("/") as [string, string]);
    void Promise.allSettled(pairs.map(([index, id]) => videoOf(index, id))).then((found) => {
      if (isGone) return;
      const videos = found.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
      setVideos((known) => new Map([...known, ...videos.map((video) => [video._id, video] as const)]));
    });
    return () => void (isGone = true);
  }, [names]);

  const token = answer?.page_info.next_page_token;
  const more = async () => {
    if (!token) return;
    setWaiting(true);
    try {
      const found = await nextPage(token);
      setAnswer(found);
      setMoments((known) => [...known, ...found.data]);
    } catch (error) {
      setRefusal(error as Refusal);
    }
    setWaiting(false);
  };
  return { answer, moments, videos, refusal, isWaiting, took_ms, more: token ? () => void more() : undefined };
}
