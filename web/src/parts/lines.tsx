// What is said or written, line by line: follows the player, and leads it.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { clock } from "../format";
import { useTime, type Playing } from "../playing";
import type { Line } from "../wire";
import { Empty } from "./basics";

export function Lines(props: { lines: readonly Line[] | undefined; playing: Playing; none: string }) {
  const { lines, playing } = props;
  const [wanted, setWanted] = useState("");
  const list = useRef<HTMLOListElement>(null);
  const touched_ms = useRef(0);
  const pick = useCallback((at_s: number) => (lines ? lines.findLastIndex((line) => line.start <= at_s + 0.02) : -1), [lines]);
  const current = useTime(playing, pick);
  useEffect(() => {
    const box = list.current;
    const line = box?.querySelector<HTMLElement>("[aria-current]");
    // Whoever scrolls looks for something: the list waits before it follows again.
    if (!box || !line || performance.now() - touched_ms.current < 4000) return;
    const middle = line.offsetTop - box.clientHeight / 2 + line.offsetHeight / 2;
    box.scrollTo({ top: middle, behavior: Math.abs(middle - box.scrollTop) < 600 ? "smooth" : "instant" });
  }, [current]);
  if (!lines) return <p class="loading">Reading …</p>;
  if (!lines.length) return <Empty title={props.none} />;
  const sought = wanted.trim().toLowerCase();
  const touch = () => void (touched_ms.current = performance.now());
  return (
    <>
      <label class="line-filter">
        <span class="visually-hidden">Only lines with these words</span>
        <input type="search" placeholder="Only lines with …" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
      </label>
      <ol class="lines" ref={list} onWheel={touch} onTouchMove={touch} tabIndex={-1}>
        {lines.map((line, place) =>
          sought && !line.value.toLowerCase().includes(sought) ? null : (
            <li key={place}>
              <button
                type="button"
                aria-current={place === current && playing.at_s < line.end + 1 ? "true" : undefined}
                onClick={() => playing.seek(line.start)}
              >
                <time>{clock(Math.floor(line.start))}</time>
                <span>{line.value}</span>
              </button>
            </li>
          ),
        )}
      </ol>
    </>
  );
}
