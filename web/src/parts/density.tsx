// Where in a video the moments lie: a bar of its length, each moment a link.

import { clock } from "../format";
import type { Moment } from "../wire";

export function Density(props: { duration_s: number; moments: readonly Moment[]; link: (at_s: number) => string }) {
  const share = (seconds: number) => `${(Math.min(seconds, props.duration_s) / props.duration_s) * 100}%`;
  return (
    <span class="density">
      {props.moments.map((moment) => (
        <a
          key={moment.start}
          href={props.link(moment.start)}
          class={moment.confidence}
          aria-label={`Moment at ${clock(moment.start)}`}
          tabIndex={-1}
          style={{ left: share(moment.start), width: share(Math.max(moment.end - moment.start, props.duration_s / 150)) }}
        />
      ))}
    </span>
  );
}
