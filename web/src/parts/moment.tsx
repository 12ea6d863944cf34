// A moment that was found: its best frame, why it matched, how sure that is.

import { useState } from "preact/hooks";
import { local } from "../api";
import { clock, span } from "../format";
import { titleOf } from "../library";
import { videoLink } from "../route";
import { bestByModality, CONFIDENCE, howInWords, wordOf } from "../searching";
import type { Evidence, Moment, Video } from "../wire";
import { Icon } from "./icons";
import { Marked } from "./marked";
import { Scrub } from "./scrub";

export interface MomentProps {
  moment: Moment;
  video: Video | undefined;
  indexId: string;
  place: number;
  isChosen: boolean;
  query: Record<string, string | undefined>;
  withTitle: boolean;
}

const AROUND_S = 6;

export function MomentCard({ moment, video, indexId, place, isChosen, query, withTitle }: MomentProps) {
  const [isOpen, setOpen] = useState(false);
  const best = bestByModality(moment);
  const told = best.find((evidence) => evidence.text);
  const link = videoLink(indexId, moment.video_id, moment.start, query);
  const duration = video?.system_metadata.duration ?? moment.end;
  const title = video ? titleOf(video) : "Video";
  return (
    <article class={`card moment ${isChosen ? "chosen" : ""}`} data-place={place}>
      <a class="moment-link" href={link} aria-label={`${title}, ${span(moment.start, moment.end)}, ${CONFIDENCE[moment.confidence]}`}>
        <Scrub
          video={video}
          start={Math.max(0, moment.start - AROUND_S)}
          end={Math.min(duration, moment.end + AROUND_S)}
          picture={local(moment.thumbnail_url)}
          overlay={<Boxes evidence={moment.explain} />}
        >
          <span class="badge time">{span(moment.start, moment.end)}</span>
        </Scrub>
      </a>
      <div class="moment-body">
        {withTitle && <p class="card-title">{title}</p>}
        {told?.text && (
          <p class="moment-text">
            <Marked text={shortened(told)} words={told.matched_words} />
          </p>
        )}
        <div class="moment-foot">
          <span class={`confidence ${moment.confidence}`} title={`Score ${moment.score.toFixed(0)} of 100`}>
            {CONFIDENCE[moment.confidence]} <b>{moment.score.toFixed(0)}</b>
          </span>
          {best.map((evidence) => (
            <span key={evidence.modality} class={`tag ${evidence.modality}`}>
              {wordOf(evidence.modality)}
            </span>
          ))}
          <button type="button" class="why-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            Why?
          </button>
        </div>
        {isOpen && <Why moment={moment} />}
      </div>
    </article>
  );
}

/** Where on the picture the words stand. */
export function Boxes({ evidence }: { evidence: readonly Evidence[] }) {
  return (
    <>
      {evidence
        .filter((each) => each.box)
        .slice(0, 6)
        .map((each, place) => (
          <span
            key={place}
            class="text-box"
            style={{
              left: `${each.box!.left * 100}%`,
              top: `${each.box!.top * 100}%`,
              width: `${each.box!.width * 100}%`,
              height: `${each.box!.height * 100}%`,
            }}
          />
        ))}
    </>
  );
}

function Why({ moment }: { moment: Moment }) {
  return (
    <ul class="why">
      {moment.parts?.map((part, place) => (
        <li key={`part ${place}`} class="why-part">
          <div class="why-head">
            <b>{part.left_out ? "Not " : ""}“{part.query ?? "the picture"}”</b>
            <span class="faint">
              {clock(part.start, true)} – {clock(part.end, true)}
            </span>
            <span class="why-share">{Math.round(part.probability * 100)} %</span>
          </div>
        </li>
      ))}
      {moment.explain.map((evidence, place) => (
        <li key={place} class={evidence.modality}>
          <div class="why-head">
            <b>{wordOf(evidence.modality)}</b>
            <span class="faint">by {howInWords(evidence)}</span>
            <span class="why-share">{Math.round(evidence.probability * 100)} %</span>
          </div>
          <span class="bar">
            <span style={{ width: `${evidence.probability * 100}%` }} />
          </span>
          {evidence.text && (
            <p>
              “<Marked text={evidence.text} words={evidence.matched_words} />”
            </p>
          )}
          <p class="faint small">
            {clock(evidence.start, true)} – {clock(evidence.end, true)} · {evidence.engine}
            {evidence.similarity !== null && ` · similarity ${evidence.similarity.toFixed(3)}`}
          </p>
        </li>
      ))}
      <li class="why-sum faint small">
        <Icon name="check" size={14} /> Together {moment.score.toFixed(1)} of 100: the chance that this is what you
        meant.
      </li>
    </ul>
  );
}

/** The part of a long text around the first word that matched. */
function shortened(evidence: Evidence, most = 140): string {
  const text = evidence.text ?? "";
  if (text.length <= most) return text;
  const first = evidence.matched_words[0];
  const at = first ? Math.max(0, text.toLowerCase().indexOf(first.toLowerCase()) - 50) : 0;
  const begin = at ? text.indexOf(" ", at) + 1 : 0;
  return `${begin ? "… " : ""}${text.slice(begin, begin + most)} …`;
}
