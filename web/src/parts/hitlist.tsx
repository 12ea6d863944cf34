// The moments of one video, in order of time, beside the player.

import { span } from "../format";
import { useTime, type Playing } from "../playing";
import { bestByModality, CONFIDENCE, wordOf } from "../searching";
import type { Moment } from "../wire";
import { Empty } from "./basics";
import { Marked } from "./marked";

export function HitList({ hits, playing, hasQuery }: { hits: readonly Moment[]; playing: Playing; hasQuery: boolean }) {
  const order = [...hits].sort((one, other) => one.start - other.start);
  const current = useTime(playing, (at_s) => order.findIndex((hit) => hit.start <= at_s + 0.02 && at_s < hit.end));
  if (!order.length)
    return (
      <Empty title={hasQuery ? "No hits in this video" : "No search yet"}>
        <p class="faint small">Press / and describe a moment.</p>
      </Empty>
    );
  return (
    <ol class="lines hits">
      {order.map((hit, place) => {
        const best = bestByModality(hit);
        const told = best.find((evidence) => evidence.text);
        return (
          <li key={hit.start}>
            <button type="button" aria-current={place === current ? "true" : undefined} onClick={() => playing.seek(hit.start)}>
              <time>{span(hit.start, hit.end)}</time>
              <span>
                {told?.text ? <Marked text={told.text} words={told.matched_words} /> : best.map((each) => wordOf(each.modality)).join(", ")}
                <span class={`confidence ${hit.confidence}`}>
                  {CONFIDENCE[hit.confidence]} <b>{hit.score.toFixed(0)}</b>
                </span>
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
