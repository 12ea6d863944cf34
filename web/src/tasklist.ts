// The tasks of the server, kept fresh: told by the stream of events, else asked for again and again.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get } from "./api";
import { libraryChanged } from "./library";
import { isOver } from "./stages";
import { isTold, listen } from "./taskstream";
import { useAnswer, type Asking } from "./useAnswer";
import type { Page, Task } from "./wire";

const BUSY_MS = 1000;
const IDLE_MS = 5000;
const TOLD_MS = 20_000;
const AGAIN_MS = 500;

export function useTasks(query: Record<string, string | number | undefined>): Asking<Page<Task>> {
  const [told, setTold] = useState<ReadonlyMap<string, Task>>(new Map());
  const asking = useAnswer(
    async (signal) => {
      const page = await get<Page<Task>>("/v1.3/tasks", { page_limit: 20, ...query }, signal);
      setTold(new Map());
      return page;
    },
    [JSON.stringify(query)],
    (page) => (isTold() ? TOLD_MS : page?.data.some((task) => !isOver(task)) ? BUSY_MS : IDLE_MS),
  );
  const known = useRef<Set<string>>(new Set());
  known.current = new Set(asking.answer?.data.map((task) => task._id));
  useEffect(() => {
    // Tasks of other pages may change many times a second: asking at each change would ask without end, and as a
    // new question takes the place of the one that is on its way, never have an answer.
    let timer = 0;
    const soon = () => {
      timer ||= window.setTimeout(() => {
        timer = 0;
        asking.again();
      }, AGAIN_MS);
    };
    const deaf = listen((news) => {
      if ("gone" in news || !known.current.has(news.task._id)) soon();
      else setTold((all) => new Map(all).set(news.task._id, news.task));
    });
    return () => {
      clearTimeout(timer);
      deaf();
    };
  }, [asking.again]);
  const answer = useMemo(() => {
    const page = asking.answer;
    return page && { ...page, data: page.data.map((task) => told.get(task._id) ?? task) };
  }, [asking.answer, told]);

  const ready = useRef<number | undefined>(undefined);
  const count = answer?.data.filter((task) => task.status === "ready").length;
  useEffect(() => {
    if (count !== undefined && ready.current !== undefined && count !== ready.current) libraryChanged();
    ready.current = count;
  }, [count]);
  return { ...asking, answer };
}
