// The tasks of the server, kept fresh: often while something moves, seldom while nothing does.

import { useEffect, useRef } from "preact/hooks";
import { get } from "./api";
import { libraryChanged } from "./library";
import { isOver } from "./stages";
import { useAnswer, type Asking } from "./useAnswer";
import type { Page, Task } from "./wire";

const BUSY_MS = 1000;
const IDLE_MS = 5000;

export function useTasks(query: Record<string, string | number | undefined>): Asking<Page<Task>> {
  const asking = useAnswer(
    (signal) => get<Page<Task>>("/v1.3/tasks", { page_limit: 20, ...query }, signal),
    [JSON.stringify(query)],
    (page) => (page?.data.some((task) => !isOver(task)) ? BUSY_MS : IDLE_MS),
  );
  const ready = useRef<number | undefined>(undefined);
  const count = asking.answer?.data.filter((task) => task.status === "ready").length;
  useEffect(() => {
    if (count !== undefined && ready.current !== undefined && count !== ready.current) libraryChanged();
    ready.current = count;
  }, [count]);
  return asking;
}
