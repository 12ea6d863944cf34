// A picture of a video that shows other moments as the pointer moves over it.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { clock } from "../format";
import { storyboardOf, tileAt, tileStyle, type Storyboard } from "../storyboard";
import type { Video } from "../wire";

export function Scrub(props: {
  video: Video | undefined;
  start: number;
  end: number;
  picture: string | undefined;
  children?: ComponentChildren;
  overlay?: ComponentChildren;
}) {
  const [at_s, setAt] = useState<number | null>(null);
  const [storyboard, setStoryboard] = useState<Storyboard | null>(null);
  const move = (event: PointerEvent) => {
    if (event.pointerType === "touch") return;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    setAt(props.start + share * (props.end - props.start));
  };
  const isHovered = at_s !== null;
  const link = props.video?.hls?.storyboard_url;
  useEffect(() => {
    if (isHovered && props.video && link) void storyboardOf(props.video._id, link).then(setStoryboard);
  }, [isHovered, props.video?._id]);
  const isScrubbing = at_s !== null && storyboard !== null;
  return (
    <span class="scrub" onPointerMove={move} onPointerLeave={() => setAt(null)}>
      {props.picture ? <img src={props.picture} alt="" loading="lazy" decoding="async" /> : <span class="no-picture" />}
      {isScrubbing && (
        <>
          <span class="scrub-tile" style={tileStyle(storyboard, tileAt(storyboard, at_s))} />
          <span class="scrub-line" style={{ left: `${((at_s - props.start) / (props.end - props.start)) * 100}%` }} />
          <span class="badge at">{clock(at_s)}</span>
        </>
      )}
      {!isScrubbing && props.overlay}
      {props.children}
    </span>
  );
}
