// What somebody takes along from a video: a stretch between two marks, a link, a picture to search by.

import { useRef, useState } from "preact/hooks";
import type { Asked } from "../api";
import { clipRequest, fileRequest, FILES, save } from "../exporting";
import { clock, lasting } from "../format";
import { useTime, type Playing } from "../playing";
import { videoLink } from "../route";
import type { Video } from "../wire";
import { copy, CopyAs, useClosing } from "./basics";
import { Icon } from "./icons";
import type { Marks } from "./lanes";
import { say, sayError } from "./say";

export interface TakeawayProps {
  indexId: string;
  video: Video;
  playing: Playing;
  marks: Marks;
  onMark: (end: "in_s" | "out_s") => void;
  onClear: () => void;
  onSimilar: () => void;
}

export function Takeaway({ indexId, video, playing, marks, onMark, onClear, onSimilar }: TakeawayProps) {
  const { duration } = video.system_metadata;
  const start_s = marks.in_s ?? 0;
  const end_s = marks.out_s ?? duration;
  const isMarked = marks.in_s !== null || marks.out_s !== null;
  const isReady = useTime(playing, () => (playing.video?.readyState ?? 0) >= 2);
  const copyLink = () => {
    const link = new URL(videoLink(indexId, video._id, playing.at_s), location.href).href;
    void copy(link, `Link to ${clock(playing.at_s, true)}`);
  };
  return (
    <section class="takeaway" aria-label="Take along">
      <div class="marks">
        <button type="button" class="button small" onClick={() => onMark("in_s")} title="Mark in ([)">
          <kbd>[</kbd> In {marks.in_s !== null && <b>{clock(marks.in_s, true)}</b>}
        </button>
        <button type="button" class="button small" onClick={() => onMark("out_s")} title="Mark out (])">
          <kbd>]</kbd> Out {marks.out_s !== null && <b>{clock(marks.out_s, true)}</b>}
        </button>
        {isMarked && (
          <>
            <span class="faint small">{lasting(end_s - start_s)}</span>
            <button type="button" class="button small quiet" onClick={onClear}>
              Clear
            </button>
          </>
        )}
      </div>
      <div class="exports">
        <button type="button" class="button small" onClick={copyLink}>
          <Icon name="link" size={15} /> Copy link
        </button>
        <button type="button" class="button small" disabled={!isReady} onClick={onSimilar}>
          <Icon name="image" size={15} /> Find this picture
        </button>
        <Export indexId={indexId} video={video} start_s={start_s} end_s={end_s} isMarked={isMarked} />
        <CopyAs
          asked={isMarked ? clipRequest(indexId, video._id, start_s, end_s) : fileRequest(indexId, video._id, "transcript.srt")}
        />
      </div>
    </section>
  );
}

function Export(props: { indexId: string; video: Video; start_s: number; end_s: number; isMarked: boolean }) {
  const { indexId, video, start_s, end_s, isMarked } = props;
  const [isBusy, setBusy] = useState(false);
  const details = useRef<HTMLDetailsElement>(null);
  useClosing(details);
  const take = async (asked: Asked, otherwise: string) => {
    details.current?.removeAttribute("open");
    setBusy(true);
    try {
      say(`“${await save(asked, otherwise)}” is saved.`);
    } catch (error) {
      sayError(error);
    }
    setBusy(false);
  };
  return (
    <details class="menu export" ref={details}>
      <summary class="button small" aria-disabled={isBusy}>
        <Icon name="download" size={15} /> {isBusy ? "Making …" : "Export"}
      </summary>
      <div class="menu-body">
        <button
          type="button"
          disabled={!isMarked || !video.hls}
          title={isMarked ? "" : "Mark in and out first: [ and ]"}
          onClick={() => take(clipRequest(indexId, video._id, start_s, end_s), "clip.mp4")}
        >
          Clip, MP4{isMarked ? `, ${lasting(end_s - start_s)}` : " (mark it first)"}
        </button>
        {FILES.map(([file, about]) => (
          <button key={file} type="button" onClick={() => take(fileRequest(indexId, video._id, file), file)}>
            {about}
          </button>
        ))}
      </div>
    </details>
  );
}
