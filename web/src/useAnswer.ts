// Ask the server for something and keep it fresh while it is looked at.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Refusal } from "./api";

export interface Asking<Answer> {
  answer: Answer | undefined;
  refusal: Refusal | undefined;
  isWaiting: boolean;
  again: () => void;
}

/**
 * Asks when `of` changes; with `every_ms` again and again while the page is seen. An answer that is overtaken
 * by a newer question is dropped; the last answer stays in sight while the next one is on its way.
 */
export function useAnswer<Answer>(
  question: (signal: AbortSignal) => Promise<Answer>,
  of: readonly unknown[],
  every_ms?: (answer: Answer | undefined) => number,
): Asking<Answer> {
  const [answer, setAnswer] = useState<Answer>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [isWaiting, setWaiting] = useState(true);
  const [turn, setTurn] = useState(0);
  const asks = useRef(question);
  asks.current = question;
  const pause = useRef(every_ms);
  pause.current = every_ms;

  useEffect(() => {
    const aborting = new AbortController();
    let timer = 0;
    let latest: Answer | undefined;
    const run = async () => {
      if (document.hidden && pause.current) {
        timer = window.setTimeout(run, 1000);
        return;
      }
      try {
        latest = await asks.current(aborting.signal);
        if (aborting.signal.aborted) return;
        setAnswer(() => latest);
        setRefusal(undefined);
      } catch (error) {
        if (aborting.signal.aborted) return;
        setRefusal(error as Refusal);
      }
      setWaiting(false);
      if (pause.current) timer = window.setTimeout(run, pause.current(latest));
    };
    setWaiting(true);
    void run();
    return () => {
      aborting.abort();
      clearTimeout(timer);
    };
  }, [...of, turn]);

  const again = useCallback(() => setTurn((count) => count + 1), []);
  return { answer, refusal, isWaiting, again };
}
