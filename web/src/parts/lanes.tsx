// What happens when: shots, speech, screen text and hits, one lane each, over the length of the video.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { clock } from "../format";
import type { Playing } from "../playing";
import { storyboardOf, tileAt, tileStyle, type Storyboard } from "../storyboard";
import type { Line, Moment, Span, Video } from "../wire";

export interface LaneData {
  shots: Span[];
  speech: Line[];
  written: Line[];
  hits: Moment[];
}

export interface Marks {
  in_s: number | null;
  out_s: number | null;
}

const WIDE = 10_000;
const ZOOMS = [1, 2, 4, 8, 16];

export function Lanes(props: { video: Video; playing: Playing; data: LaneData; marks: Marks }) {
  const { video, playing, data, marks } = props;
  const { duration } = video.system_metadata;
  const [zoom, setZoom] = useState(1);
  const scroller = useRef<HTMLDivElement>(null);
  const track = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<{ at_s: number; x: number } | null>(null);
  const timeOf = (event: PointerEvent) => {
    const box = track.current!.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * duration;
  };
  const move = (event: PointerEvent) => {
    const at_s = timeOf(event);
    if (event.buttons === 1) playing.seek(at_s);
    const box = scroller.current!.getBoundingClientRect();
    setHover(event.pointerType === "touch" ? null : { at_s, x: event.clientX - box.left });
  };
  const lanes = [
    ["shots", `Shots ${data.shots.length || ""}`, data.shots],
    ["speech", "Said", data.speech],
    ["screen_text", "Written", data.written],
    ["hits", `Hits ${data.hits.length || ""}`, data.hits],
  ] as const;
  return (
    <div class="lanes" aria-label="Timeline" role="group">
      <div class="lane-names" aria-hidden="true">
        {lanes.map(([name, label]) => (
          <span key={name} class={name}>
            {label}
          </span>
        ))}
      </div>
      <div class="lane-scroller" ref={scroller}>
        <div
          class="lane-track"
          ref={track}
          aria-hidden="true"
          style={{ width: `${zoom * 100}%` }}
          onPointerDown={(event) => playing.seek(timeOf(event))}
          onPointerMove={move}
          onPointerLeave={() => setHover(null)}
        >
          {lanes.map(([name, , spans]) => (
            <Lane key={name} name={name} spans={spans} duration_s={duration} />
          ))}
          <MarkedStretch marks={marks} duration_s={duration} />
          <Playhead playing={playing} duration_s={duration} scroller={scroller} />
        </div>
      </div>
      {hover && <Preview video={video} data={data} at_s={hover.at_s} x={hover.x} />}
      <div class="zoom" role="group" aria-label="Zoom of the timeline">
        {ZOOMS.map((each) => (
          <button key={each} type="button" aria-pressed={zoom === each} onClick={() => setZoom(each)}>
            {each}×
          </button>
        ))}
      </div>
    </div>
  );
}

function Lane({ name, spans, duration_s }: { name: string; spans: readonly Span[]; duration_s: number }) {
  const path = useMemo(() => {
    const place = (seconds: number) => Math.round((seconds / duration_s) * WIDE);
    return spans
      .map((span, number) => {
        const left = place(span.start);
        const width = Math.max(name === "shots" ? 1 : 12, place(span.end) - left);
        return name === "shots" && number % 2 ? "" : `M${left} 0h${width}v10h-${width}z`;
      })
      .join("");
  }, [spans, duration_s]);
  return (
    <svg class={`lane ${name}`} viewBox={`0 0 ${WIDE} 10`} preserveAspectRatio="none">
      <path d={path} />
    </svg>
  );
}

function MarkedStretch({ marks, duration_s }: { marks: Marks; duration_s: number }) {
  if (marks.in_s === null && marks.out_s === null) return null;
  const left = ((marks.in_s ?? 0) / duration_s) * 100;
  const right = ((marks.out_s ?? duration_s) / duration_s) * 100;
  return <span class="stretch" style={{ left: `${left}%`, width: `${Math.max(0, right - left)}%` }} />;
}

function Playhead(props: {
  playing: Playing;
  duration_s: number;
  scroller: { current: HTMLDivElement | null };
}) {
  const line = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const show = (at_s: number) => {
      const share = at_s / props.duration_s;
      if (line.current) line.current.style.left = `${share * 100}%`;
      const box = props.scroller.current;
      if (!box || box.scrollWidth <= box.clientWidth || !props.playing.isPlaying) return;
      const x = share * box.scrollWidth;
      if (x < box.scrollLeft || x > box.scrollLeft + box.clientWidth) box.scrollLeft = x - box.clientWidth / 4;
    };
    show(props.playing.at_s);
    return props.playing.subscribe(show);
  }, [props.playing, props.duration_s]);
  return <span class="playhead" ref={line} />;
}

function Preview({ video, data, at_s, x }: { video: Video; data: LaneData; at_s: number; x: number }) {
  const [storyboard, setStoryboard] = useState<Storyboard | null>(null);
  useEffect(() => {
    if (video.hls) void storyboardOf(video._id, video.hls.storyboard_url).then(setStoryboard);
  }, [video._id]);
  const at = (lines: readonly Line[]) => lines.find((line) => line.start <= at_s && at_s < line.end)?.value;
  const said = at(data.speech);
  const written = at(data.written);
  return (
    <div class="preview" style={{ left: `${x}px` }} aria-hidden="true">
      {storyboard && <span class="preview-tile" style={tileStyle(storyboard, tileAt(storyboard, at_s))} />}
      <b>{clock(at_s, true)}</b>
      {said && <p class="speech">{said}</p>}
      {written && <p class="screen_text">{written}</p>}
    </div>
  );
}
