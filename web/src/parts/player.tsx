// The player: the browser's own, with controls that know frames and marks.

import { useEffect, useRef, useState } from "preact/hooks";
import { get, local, BY_MODALITY } from "../api";
import { clock } from "../format";
import { load, useTime, type Playing } from "../playing";
import { useAnswer } from "../useAnswer";
import type { Evidence, Video } from "../wire";
import { IconButton } from "./basics";
import { Boxes } from "./moment";

const RATES = [0.25, 0.5, 1, 1.5, 2, 4];
const isPlayingAt = (playing: Playing) => () => playing.isPlaying;

export function Player(props: {
  indexId: string;
  video: Video;
  playing: Playing;
  evidence: readonly Evidence[];
}) {
  const { video, playing } = props;
  const element = useRef<HTMLVideoElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const player = element.current;
    if (!player || !video.hls) return;
    let isGone = false;
    let unload: (() => void) | undefined;
    playing.attach(player);
    const start_s = playing.at_s;
    // hls.js places all segments by the first it loads. Were that not the first of all, whose pictures and sound
    // begin together, the pictures would be some frames off: so it is loaded before anybody goes elsewhere.
    player.addEventListener("loadeddata", () => playing.start(start_s), { once: true });
    void load(player, video.hls.video_url, video.system_metadata.size).then((undo) => (isGone ? undo() : (unload = undo)));
    return () => {
      isGone = true;
      playing.attach(null);
      unload?.();
    };
  }, [playing, video._id]);
  const { width, height } = video.system_metadata;
  return (
    <div class="player">
      <div class="stage-box" ref={stage} style={{ "--ratio": `${width / height}` }}>
        {video.hls ? (
          <video ref={element} playsInline preload="auto" tabIndex={-1} onClick={() => playing.toggle()} />
        ) : (
          <Still indexId={props.indexId} video={video} playing={playing} />
        )}
        <LiveBoxes playing={playing} evidence={props.evidence} />
      </div>
      <Controls playing={playing} video={video} full={() => stage.current?.requestFullscreen()} />
    </div>
  );
}

function LiveBoxes({ playing, evidence }: { playing: Playing; evidence: readonly Evidence[] }) {
  const boxed = evidence.filter((each) => each.box);
  const names = useTime(playing, (at_s) =>
    boxed.flatMap((each, place) => (each.start <= at_s && at_s < each.end ? [place] : [])).join(),
  );
  if (!names) return null;
  return <Boxes evidence={names.split(",").map((place) => boxed[Number(place)]!)} />;
}

/** Where no stream is kept: the picture nearest to the time. */
function Still({ indexId, video, playing }: { indexId: string; video: Video; playing: Playing }) {
  const at_s = useTime(playing, (time_s) => Math.round(time_s));
  const { answer } = useAnswer(
    (signal) =>
      get<{ thumbnail: string }>(
        `${BY_MODALITY}/indexes/${indexId}/videos/${video._id}/thumbnail`,
        { time: Math.min(at_s, video.system_metadata.duration) },
        signal,
      ),
    [video._id, at_s],
  );
  return (
    <>
      {answer && <img class="still" src={local(answer.thumbnail)} alt={`The video at ${clock(at_s)}`} />}
      <p class="still-note">No stream is kept of this video: you see single pictures.</p>
    </>
  );
}

function Controls({ playing, video, full }: { playing: Playing; video: Video; full: () => void }) {
  const isPlaying = useTime(playing, isPlayingAt(playing));
  const [isMuted, setMuted] = useState(false);
  const { duration } = video.system_metadata;
  return (
    <div class="controls">
      <Position playing={playing} duration_s={duration} />
      <div class="controls-row">
        <IconButton
          icon={isPlaying ? "pause" : "play"}
          label={isPlaying ? "Pause" : "Play"}
          class="big"
          disabled={!video.hls}
          onClick={() => playing.toggle()}
        />
        <IconButton icon="frameBack" label="One frame back" onClick={() => playing.step(-1)} />
        <IconButton icon="frameForward" label="One frame forward" onClick={() => playing.step(1)} />
        <TimeShown playing={playing} duration_s={duration} />
        <span class="spring" />
        <label>
          <span class="visually-hidden">Speed</span>
          <select value="1" onChange={(event) => playing.setRate(Number(event.currentTarget.value))}>
            {RATES.map((rate) => (
              <option key={rate} value={rate}>
                {rate}×
              </option>
            ))}
          </select>
        </label>
        <IconButton
          icon={isMuted ? "muted" : "sound"}
          label={isMuted ? "Sound on" : "Mute"}
          isPressed={isMuted}
          onClick={() => {
            if (playing.video) playing.video.muted = !isMuted;
            setMuted(!isMuted);
          }}
        />
        <IconButton icon="full" label="Full screen" onClick={full} />
      </div>
    </div>
  );
}

const toTheHundredth = (at_s: number) => Math.floor(at_s * 100) / 100;

function TimeShown({ playing, duration_s }: { playing: Playing; duration_s: number }) {
  const at_s = useTime(playing, toTheHundredth);
  return (
    <span class="time-shown">
      <b>{clock(at_s, true)}</b> <span class="faint">/ {clock(duration_s, true)}</span>
    </span>
  );
}

function Position({ playing, duration_s }: { playing: Playing; duration_s: number }) {
  const at_s = useTime(playing, toTheHundredth);
  return (
    <input
      type="range"
      class="position"
      aria-label="Position in the video"
      aria-valuetext={clock(at_s, true)}
      min={0}
      max={duration_s}
      step={0.01}
      value={at_s}
      style={{ "--share": `${(at_s / duration_s) * 100}%` }}
      onInput={(event) => playing.seek(Number(event.currentTarget.value))}
    />
  );
}
