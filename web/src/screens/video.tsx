// One video: play it, see what happens when, take what is needed with you.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { BY_MODALITY, get } from "../api";
import { bytes, lasting, moment_of } from "../format";
import { useKeys } from "../keys";
import { titleOf } from "../library";
import { CopyAs, Notice, Refused, useTitle } from "../parts/basics";
import { HitList } from "../parts/hitlist";
import { Icon } from "../parts/icons";
import { Lanes, type Marks } from "../parts/lanes";
import { Lines } from "../parts/lines";
import { Player } from "../parts/player";
import { Takeaway } from "../parts/takeaway";
import { pictureOf, Playing } from "../playing";
import { go, restate, screenLink, videoLink } from "../route";
import { last, search } from "../searching";
import { useAnswer } from "../useAnswer";
import type { Line, Moment, Span, Video } from "../wire";
import { readModalities } from "./search";

const NOTHING: never[] = [];

export function VideoScreen({ params }: { params: URLSearchParams }) {
  const [indexId = "", videoId = ""] = (params.get("video") ?? "").split("/");
  const path = `/v1.3/indexes/${indexId}/videos/${videoId}`;
  const { answer: video, refusal, again } = useAnswer((signal) => get<Video>(path, {}, signal), [path]);
  useTitle(video ? titleOf(video) : "Video");
  if (refusal && !video) return <Refused refusal={refusal} again={again} />;
  if (!video) return <p class="loading">Opening …</p>;
  return <Watching indexId={indexId} video={video} params={params} />;
}

function Watching({ indexId, video, params }: { indexId: string; video: Video; params: URLSearchParams }) {
  const { duration, fps } = video.system_metadata;
  const playing = useMemo(() => new Playing(duration, fps > 0 ? fps : 25), [video._id]);
  const [marks, setMarks] = useState<Marks>({ in_s: null, out_s: null });
  const [tab, setTab] = useState<Tab>(params.has("q") || params.has("picture") ? "hits" : "speech");
  const old = `${BY_MODALITY}/indexes/${indexId}/videos/${video._id}`;
  const said = useLines(`${old}/transcription`);
  const written = useLines(`${old}/text-in-video`);
  const shots = useAnswer((signal) => get<{ data: Span[] }>(`${old}/shots`, {}, signal), [old]).answer?.data ?? NOTHING;
  const hits = useHits(indexId, video._id, params);
  const query = {
    q: params.get("q") ?? undefined,
    in: params.get("in") ?? undefined,
    picture: params.get("picture") ?? undefined,
  };

  const asked_s = params.get("t");
  useEffect(() => {
    if (asked_s !== null && Number.isFinite(Number(asked_s))) playing.seek(Number(asked_s));
  }, [asked_s, playing]);

  const goToHit = (step: 1 | -1) => {
    const order = [...hits].sort((one, other) => one.start - other.start);
    const beyond = (moment: Moment) => (moment.start - playing.at_s) * step > 0.25;
    const next = step > 0 ? order.find(beyond) : order.findLast(beyond);
    if (next) playing.seek(next.start);
  };
  const mark = (end: "in_s" | "out_s") => setMarks((known) => marked(known, end, playing.at_s));
  useKeys({
    Space: () => playing.toggle(),
    k: () => playing.toggle(),
    j: () => playing.shuttle(-1),
    l: () => playing.shuttle(1),
    ",": () => playing.step(-1),
    ".": () => playing.step(1),
    "[": () => mark("in_s"),
    "]": () => mark("out_s"),
    n: () => goToHit(1),
    p: () => goToHit(-1),
    Enter: () => void playing.play(),
    ArrowLeft: () => playing.seek(playing.at_s - 5),
    ArrowRight: () => playing.seek(playing.at_s + 5),
    Escape: () => {
      if (marks.in_s !== null || marks.out_s !== null) setMarks({ in_s: null, out_s: null });
      else if (query.q || query.picture) go(screenLink("search", query));
    },
  });
  useAddress(playing, (at_s) => videoLink(indexId, video._id, at_s, query));

  const similar = async () => {
    const picture = playing.video && (await pictureOf(playing.video));
    if (!picture) return;
    last.picture = picture;
    go(screenLink("search", { picture: "1", index: indexId, in: "visual" }));
  };
  const data = { shots, speech: said.lines ?? NOTHING, written: written.lines ?? NOTHING, hits };
  return (
    <div class="watching">
      <div class="watching-main">
        <div class="video-head">
          {(query.q || query.picture) && (
            <a class="back-link" href={screenLink("search", { ...query, index: indexId })}>
              <Icon name="back" size={15} /> {query.q ? `“${query.q}”` : "The search"}
            </a>
          )}
          <h1>{titleOf(video)}</h1>
          <Facts video={video} />
        </div>
        {video.warnings?.map((warning) => (
          <Notice key={warning}>{warning}</Notice>
        ))}
        <Player indexId={indexId} video={video} playing={playing} evidence={hits.flatMap((hit) => hit.explain)} />
        <Lanes video={video} playing={playing} data={data} marks={marks} />
        <Takeaway
          indexId={indexId}
          video={video}
          playing={playing}
          marks={marks}
          onMark={mark}
          onClear={() => setMarks({ in_s: null, out_s: null })}
          onSimilar={() => void similar()}
        />
      </div>
      <aside class="watching-side" aria-label="What is in it">
        <Tabs tab={tab} onTab={setTab} counts={{ speech: said.lines?.length, screen_text: written.lines?.length, hits: hits.length }} />
        <div role="tabpanel" id="lines-panel" aria-labelledby={`tab-${tab}`} class="panel">
          {tab === "speech" && <Lines lines={said.lines} playing={playing} none="Nothing is said in it" />}
          {tab === "screen_text" && <Lines lines={written.lines} playing={playing} none="Nothing is written in it" />}
          {tab === "hits" && <HitList hits={hits} playing={playing} hasQuery={!!(query.q || query.picture)} />}
        </div>
        <div class="side-foot">
          <CopyAs
            asked={{
              method: "GET",
              path: tab === "screen_text" ? `${old}/text-in-video` : tab === "speech" ? `${old}/transcription` : old,
            }}
          />
        </div>
      </aside>
    </div>
  );
}

type Tab = "speech" | "screen_text" | "hits";
const TABS: readonly (readonly [Tab, string])[] = [
  ["speech", "Said"],
  ["screen_text", "Written"],
  ["hits", "Hits"],
];

function Tabs(props: { tab: Tab; onTab: (tab: Tab) => void; counts: Record<Tab, number | undefined> }) {
  const list = useRef<HTMLDivElement>(null);
  const step = (event: KeyboardEvent) => {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const place = TABS.findIndex(([name]) => name === props.tab);
    const next = TABS[(place + way + TABS.length) % TABS.length]![0];
    props.onTab(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="What is in it" ref={list} onKeyDown={step}>
      {TABS.map(([name, label]) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={props.tab === name}
          aria-controls="lines-panel"
          tabIndex={props.tab === name ? 0 : -1}
          onClick={() => props.onTab(name)}
        >
          {label} <span class="faint">{props.counts[name] ?? ""}</span>
        </button>
      ))}
    </div>
  );
}

function Facts({ video }: { video: Video }) {
  const { duration, width, height, fps, size, filename } = video.system_metadata;
  const facts = [lasting(duration), `${width} × ${height}`, `${Math.round(fps * 100) / 100} fps`, bytes(size)];
  return (
    <p class="faint small">
      {video.system_metadata.video_title ? `${filename} · ` : ""}
      {facts.join(" · ")} · indexed {moment_of(video.indexed_at)}
    </p>
  );
}

function useLines(path: string): { lines: Line[] | undefined } {
  const { answer, refusal } = useAnswer((signal) => get<{ data: Line[] | null }>(path, {}, signal), [path]);
  return { lines: answer ? (answer.data ?? []) : refusal ? [] : undefined };
}

/** All moments of this video that the search which led here finds in it. */
function useHits(indexId: string, videoId: string, params: URLSearchParams): Moment[] {
  const text = params.get("q") ?? "";
  const picture = params.has("picture") ? last.picture : undefined;
  const { answer } = useAnswer(
    async (signal) => {
      if (!text && !picture) return [];
      const modalities = readModalities(params.get("in"));
      return (await search({ indexId, videoId, text, picture, modalities, limit: 50 }, signal)).data;
    },
    [indexId, videoId, text, picture, params.get("in")],
  );
  return answer ?? NOTHING;
}

function marked(known: Marks, end: "in_s" | "out_s", at_s: number): Marks {
  const marks = { ...known, [end]: at_s };
  if (marks.in_s !== null && marks.out_s !== null && marks.out_s <= marks.in_s) {
    marks[end === "in_s" ? "out_s" : "in_s"] = null;
  }
  return marks;
}

/** The address keeps up with the player when it rests: whoever reloads or copies it is at the same second. */
function useAddress(playing: Playing, link: (at_s: number) => string): void {
  const make = useRef(link);
  make.current = link;
  useEffect(() => {
    let timer = 0;
    let isFirst = true;
    return playing.subscribe((at_s) => {
      clearTimeout(timer);
      if (isFirst) {
        isFirst = false;
        return;
      }
      if (!playing.isPlaying) timer = window.setTimeout(() => restate(make.current(at_s)), 300);
    });
  }, [playing]);
}

