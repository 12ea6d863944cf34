// How tasks go on, as the server tells it: one stream of events for the whole tab.
// EventSource cannot send the key in a header, so the stream is read with fetch.

import { key } from "./session";
import type { Task } from "./wire";

export type News = { task: Task } | { gone: string };

const PATH = "/v1.3/events/stream";
const LONGEST_PAUSE_MS = 30_000;

const listeners = new Set<(news: News) => void>();
let running: AbortController | null = null;
let isLive = false;

/** Whether changes are being told at the moment; if not, somebody has to ask for them. */
export function isTold(): boolean {
  return isLive;
}

export function listen(listener: (news: News) => void): () => void {
  listeners.add(listener);
  if (!running) {
    running = new AbortController();
    void keepReading(running.signal);
  }
  return () => {
    listeners.delete(listener);
    // The next screen may listen at once.
    setTimeout(() => {
      if (listeners.size) return;
      running?.abort();
      running = null;
    });
  };
}

async function keepReading(signal: AbortSignal): Promise<void> {
  let last = "";
  let pause_ms = 1000;
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = { "x-api-key": key() ?? "", accept: "text/event-stream" };
      if (last) headers["last-event-id"] = last;
      const answer = await fetch(PATH, { headers, signal });
      if (answer.status === 404 || answer.status === 401 || answer.status === 403) return;
      if (answer.ok && answer.body) {
        isLive = true;
        pause_ms = 1000;
        for await (const event of events(answer.body)) {
          if (event.id) last = event.id;
          tell(event.name, event.data);
        }
      }
    } catch {
      if (signal.aborted) break;
    }
    isLive = false;
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
    pause_ms = Math.min(LONGEST_PAUSE_MS, pause_ms * 2);
  }
  isLive = false;
}

function tell(name: string, data: string): void {
  if (name !== "task" && name !== "task.deleted") return;
  const said = JSON.parse(data) as Task;
  for (const listener of listeners) listener(name === "task" ? { task: said } : { gone: said._id });
}

interface Event {
  id: string;
  name: string;
  data: string;
}

/** The events of a stream, by the rules of the HTML standard as far as this server uses them. */
export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<Event> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const event: Event = { id: "", name: "message", data: "" };
      for (const line of rest.slice(0, end).split("\n")) {
        const [, field, text = ""] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (field === "id") event.id = text;
        else if (field === "event") event.name = text;
        else if (field === "data") event.data += text;
      }
      rest = rest.slice(end + 2);
      yield event;
    }
  }
}
