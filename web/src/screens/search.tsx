// Search: one box for words and pictures; what comes back are moments.

import { useEffect, useMemo, useState } from "preact/hooks";
import { counted, lasting } from "../format";
import { chosenIndex, titleOf, useIndexes } from "../library";
import { useKeys } from "../keys";
import { Choice, CopyAs, Empty, Notice, Refused, useTitle } from "../parts/basics";
import { Density } from "../parts/density";
import { MomentCard } from "../parts/moment";
import { SearchBox } from "../parts/searchbox";
import { partsOf, type PartKind } from "../querying";
import { go, restate, screenLink, videoLink } from "../route";
import { last, MODALITIES, searchRequest, type Wanted } from "../searching";
import { useSearch, type Searching } from "../useSearch";
import type { Modality, Moment } from "../wire";
import { IndexChoice } from "./home";

type View = "grouped" | "flat" | "sheet";
const VIEWS: readonly (readonly [View, string])[] = [
  ["grouped", "By video"],
  ["flat", "Best first"],
  ["sheet", "Contact sheet"],
];
/** So many the server looks through at once. */
const MOST_INDEXES = 50;
const ALL: readonly Modality[] = MODALITIES.map((each) => each.modality);

export function SearchScreen({ params }: { params: URLSearchParams }) {
  const text = params.get("q") ?? "";
  useTitle(text ? `“${text}”` : "Search");
  const indexes = useIndexes();
  const index = chosenIndex(indexes.answer, params.get("index"));
  const [picture, setPicture] = useState(params.has("picture") ? last.picture : undefined);
  const modalities = readModalities(params.get("in"));
  const isExact = params.has("exact");
  const view = VIEWS.map(([name]) => name).find((name) => name === params.get("view")) ?? "grouped";
  const isAll = params.get("index") === "all" && (indexes.answer?.length ?? 0) > 1;
  const indexIds = isAll ? indexes.answer?.slice(0, MOST_INDEXES).map((each) => each._id) : undefined;
  const wanted: Wanted | null =
    index && (text || picture) ? { indexId: index._id, indexIds, text, picture, modalities, isExact } : null;
  const found = useSearch(wanted);

  const state = (changes: Record<string, string | undefined>) =>
    screenLink("search", {
      q: text || undefined,
      index: params.get("index") ?? undefined,
      in: params.get("in") ?? undefined,
      exact: isExact ? "1" : undefined,
      view: view === "grouped" ? undefined : view,
      picture: picture ? "1" : undefined,
      ...changes,
    });
  const look = (words: string, given: File | undefined) => {
    last.picture = given;
    setPicture(given);
    go(state({ q: words || undefined, picture: given ? "1" : undefined }));
  };
  const toggle = (modality: Modality) => {
    const kept = ALL.filter((each) => (each === modality) !== modalities.includes(each));
    go(state({ in: kept.length && kept.length < ALL.length ? kept.join(",") : undefined }));
  };
  const query = { q: text || undefined, in: params.get("in") ?? undefined, picture: picture ? "1" : undefined };
  return (
    <>
      <h1 class="visually-hidden">Search</h1>
      <SearchBox text={text} picture={picture} onSearch={look} />
      <div class="search-options">
        <div class="chips" role="group" aria-label="Look at what is">
          {MODALITIES.map(({ modality, word }) => (
            <button
              key={modality}
              type="button"
              class={`chip ${modality}`}
              aria-pressed={modalities.includes(modality)}
              onClick={() => toggle(modality)}
            >
              {word}
            </button>
          ))}
          <button
            type="button"
            class="chip"
            aria-pressed={isExact}
            title="Speech must hold these very words"
            onClick={() => go(state({ exact: isExact ? undefined : "1" }))}
          >
            Exact words
          </button>
        </div>
        <IndexChoice word="in" indexes={indexes.answer} index={index} onChoose={(id) => go(state({ index: id }))}
          isAll={isAll}
          {...((indexes.answer?.length ?? 0) > 1 ? { onAll: () => go(state({ index: "all" })) } : {})}
        />
        <Choice label="Show" of={VIEWS} value={view} onChange={(chosen) => restateAndGo(state, chosen)} />
      </div>
      <QueryParts text={text} />
      {isAll && (indexes.answer?.length ?? 0) > MOST_INDEXES && (
        <Notice>Only the newest {MOST_INDEXES} indexes are looked through; choose one to look at another.</Notice>
      )}
      {indexes.refusal && <Refused refusal={indexes.refusal} again={indexes.again} />}
      {found.refusal && <Refused refusal={found.refusal} />}
      {wanted && <Results found={found} wanted={wanted} view={view} query={query} />}
      {!wanted && indexes.answer && <Hints hasVideos={!!index?.video_count} onTry={(words) => look(words, undefined)} />}
    </>
  );
}

const PART_NAMES: Record<PartKind, string> = {
  said: "Said",
  exactly: "Said exactly",
  text: "Written",
  seen: "Seen",
  operator: "",
  words: "",
};
const PART_TONES: Record<PartKind, string> = {
  said: "speech",
  exactly: "speech",
  text: "screen_text",
  seen: "visual",
  operator: "operator",
  words: "",
};

/** How a query of several parts is read. */
function QueryParts({ text }: { text: string }) {
  const parts = partsOf(text);
  if (!parts.length) return null;
  return (
    <ul class="query-parts" aria-label="How this is read">
      {parts.map((part, place) => (
        <li key={place} class={`query-part ${PART_TONES[part.kind]}`}>
          {PART_NAMES[part.kind] && <span class="faint">{PART_NAMES[part.kind]}</span>} {part.shown}
        </li>
      ))}
    </ul>
  );
}

function restateAndGo(state: (changes: Record<string, string | undefined>) => string, view: View): void {
  restate(state({ view: view === "grouped" ? undefined : view }));
  dispatchEvent(new HashChangeEvent("hashchange"));
}

function Results(props: {
  found: Searching;
  wanted: Wanted;
  view: View;
  query: Record<string, string | undefined>;
}) {
  const { found, wanted, view, query } = props;
  const [chosen, setChosen] = useState(-1);
  const groups = useMemo(() => grouped(found.moments), [found.moments]);
  const inOrder = view === "grouped" ? groups.flat() : found.moments;
  useEffect(() => setChosen(-1), [found.answer, view]);
  const choose = (step: number) => {
    if (!inOrder.length) return;
    const place = (Math.max(chosen, step > 0 ? -1 : 0) + step + inOrder.length) % inOrder.length;
    setChosen(place);
    const card = document.querySelector<HTMLElement>(`.moment[data-place="${place}"]`);
    card?.scrollIntoView({ block: "nearest", behavior: "smooth" });
    card?.querySelector<HTMLElement>("a")?.focus({ preventScroll: true });
  };
  useKeys({
    n: () => choose(1),
    p: () => choose(-1),
    Enter: () => {
      const moment = inOrder[Math.max(0, chosen)];
      if (moment) go(videoLink(homeOf(moment, wanted), moment.video_id, moment.start, query));
    },
  });
  if (!found.answer) return found.refusal ? null : <p class="loading">Looking …</p>;
  const card = (moment: Moment, withTitle: boolean) => {
    const place = inOrder.indexOf(moment);
    return (
      <MomentCard
        key={`${moment.video_id} ${moment.start}`}
        moment={moment}
        video={found.videos.get(moment.video_id)}
        indexId={homeOf(moment, wanted)}
        place={place}
        isChosen={place === chosen}
        query={query}
        withTitle={withTitle}
      />
    );
  };
  return (
    <section aria-label="Moments" class={found.isWaiting ? "results waiting" : "results"}>
      <Summary found={found} wanted={wanted} />
      {view === "grouped" &&
        groups.map((moments) => {
          const video = found.videos.get(moments[0]!.video_id);
          return (
            <section class="group" key={moments[0]!.video_id}>
              <div class="group-head">
                <h2>
                  <a href={videoLink(homeOf(moments[0]!, wanted), moments[0]!.video_id, undefined, query)}>
                    {video ? titleOf(video) : "Video"}
                  </a>
                </h2>
                <span class="faint small">{counted(moments.length, "moment")}</span>
                {video && (
                  <Density
                    duration_s={video.system_metadata.duration}
                    moments={moments}
                    link={(at_s) => videoLink(homeOf(moments[0]!, wanted), video._id, at_s, query)}
                  />
                )}
              </div>
              <div class="moments">{moments.map((moment) => card(moment, false))}</div>
            </section>
          );
        })}
      {view !== "grouped" && (
        <div class={`moments ${view}`}>{found.moments.map((moment) => card(moment, view === "flat"))}</div>
      )}
      {found.more && (
        <button type="button" class="button more" onClick={found.more} disabled={found.isWaiting}>
          More moments
        </button>
      )}
    </section>
  );
}

function Summary({ found, wanted }: { found: Searching; wanted: Wanted }) {
  const { answer, moments } = found;
  if (!answer) return null;
  const pool = `${counted(answer.search_pool.total_count, "video")}, ${lasting(answer.search_pool.total_duration)}`;
  return (
    <>
      <div class="summary">
        <p role="status" aria-live="polite">
          {moments.length
            ? `${counted(answer.page_info.total_results, "moment")} in ${pool}`
            : `Nothing found in ${pool}`}
          <span class="faint"> · {Math.round(found.took_ms)} ms</span>
        </p>
        <CopyAs asked={searchRequest(wanted)} />
      </div>
      {answer.notes.map((note) => (
        <Notice key={note}>{note}</Notice>
      ))}
      {answer.no_confident_match && moments.length > 0 && (
        <Notice>
          <b>Nothing matches well.</b> These are the nearest guesses; other words, or another of Seen, Said, Written,
          may do better.
        </Notice>
      )}
      {!moments.length && (
        <Empty title="Nothing matches">
          <p class="faint">
            Try fewer or other words{wanted.isExact ? ", let go of the exact words" : ""}
            {wanted.modalities.length < ALL.length ? ", or look at more than " + wordsOf(wanted.modalities) : ""}.
          </p>
        </Empty>
      )}
    </>
  );
}

function Hints({ hasVideos, onTry }: { hasVideos: boolean; onTry: (words: string) => void }) {
  if (!hasVideos)
    return (
      <Empty title="There is nothing to search yet">
        <a class="button primary" href="#/home">
          Index a video
        </a>
      </Empty>
    );
  const examples = [
    ["Seen", "a red car in the street"],
    ["Said", "how to bake bread"],
    ["Written", "breaking news"],
    ["One after the other", 'seen:"a car" then:10s said:"hello"'],
  ] as const;
  return (
    <Empty title="Describe the moment">
      <p class="faint">By what is seen, said, or written on screen. Or drop, paste or choose a picture.</p>
      <ul class="examples">
        {examples.map(([kind, words]) => (
          <li key={kind}>
            <span class="faint small">{kind}</span>
            <button type="button" class="button small" onClick={() => onTry(words)}>
              {words}
            </button>
          </li>
        ))}
      </ul>
    </Empty>
  );
}

function homeOf(moment: Moment, wanted: Wanted): string {
  return moment.index_id ?? wanted.indexId;
}

/** Moments by video, in the order of each video's best one. */
export function grouped(moments: readonly Moment[]): Moment[][] {
  const groups = new Map<string, Moment[]>();
  for (const moment of moments) {
    const group = groups.get(moment.video_id);
    if (group) group.push(moment);
    else groups.set(moment.video_id, [moment]);
  }
  return [...groups.values()];
}

export function readModalities(text: string | null): readonly Modality[] {
  const kept = ALL.filter((modality) => text?.split(",").includes(modality));
  return kept.length ? kept : ALL;
}

function wordsOf(modalities: readonly Modality[]): string {
  return MODALITIES.filter((each) => modalities.includes(each.modality))
    .map((each) => each.verb)
    .join(" and ");
}
