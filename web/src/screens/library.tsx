// Library: indexes and their videos, as a list to sort, filter, rename and delete.

import { useEffect, useState } from "preact/hooks";
import { ask, get, local } from "../api";
import { ago, bytes, clock, counted, lasting } from "../format";
import { chooseIndex, chosenIndex, forgetVideo, libraryChanged, titleOf, useIndexes } from "../library";
import { Choice, Confirm, CopyAs, Dialog, Empty, IconButton, Refused, useTitle } from "../parts/basics";
import { Icon } from "../parts/icons";
import { say, sayError } from "../parts/say";
import { Scrub } from "../parts/scrub";
import { go, screenLink, videoLink } from "../route";
import { useAnswer } from "../useAnswer";
import type { Index, Page, Video } from "../wire";
import { NewIndex } from "./home";

const PAGE = 24;
type Length = "any" | "short" | "middle" | "long";
const LENGTHS: readonly (readonly [Length, string])[] = [
  ["any", "Any length"],
  ["short", "< 5 min"],
  ["middle", "5–30 min"],
  ["long", "> 30 min"],
];
const BOUNDS: Record<Length, Record<string, number>> = {
  any: {},
  short: { "duration[lte]": 300 },
  middle: { "duration[gte]": 300, "duration[lte]": 1800 },
  long: { "duration[gte]": 1800 },
};

export function LibraryScreen({ params }: { params: URLSearchParams }) {
  useTitle("Library");
  const indexes = useIndexes();
  const index = chosenIndex(indexes.answer, params.get("index"));
  const [isNaming, setNaming] = useState(false);
  const open = (id: string) => {
    chooseIndex(id);
    go(screenLink("library", { index: id }));
  };
  return (
    <>
      <div class="section-head">
        <h1>Library</h1>
        <span class="spring" />
        <CopyAs asked={{ method: "GET", path: "/v1.3/indexes" }} />
        <button type="button" class="button small" onClick={() => setNaming(true)}>
          <Icon name="plus" size={16} /> New index
        </button>
      </div>
      {isNaming && <NewIndex onClose={() => setNaming(false)} onMade={open} />}
      {indexes.refusal && <Refused refusal={indexes.refusal} again={indexes.again} />}
      {indexes.answer && !index && (
        <Empty title="No index yet">
          <p class="faint">An index holds the videos that are searched together.</p>
        </Empty>
      )}
      {index && (
        <div class="library">
          <nav class="index-list" aria-label="Indexes">
            {indexes.answer?.map((each) => (
              <a
                key={each._id}
                href={screenLink("library", { index: each._id })}
                aria-current={each._id === index._id ? "true" : undefined}
                onClick={() => chooseIndex(each._id)}
              >
                <span>{each.index_name}</span>
                <span class="faint small">
                  {counted(each.video_count, "video")} · {lasting(each.total_duration)}
                </span>
              </a>
            ))}
          </nav>
          <IndexVideos key={index._id} index={index} />
        </div>
      )}
    </>
  );
}

const MOST_PAGES = 40;

/** The videos whose names hold a text: the API knows whole names only, so the page looks through them itself. */
async function named(
  path: string,
  query: Record<string, string | number | undefined>,
  name: string,
  signal: AbortSignal,
): Promise<Page<Video>> {
  const found: Video[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await get<Page<Video>>(path, { ...query, page, page_limit: 50 }, signal);
    found.push(...answer.data.filter((video) => namesOf(video).includes(name)));
    if (page >= answer.page_info.total_page || page >= MOST_PAGES)
      return { data: found, page_info: { ...answer.page_info, page: 1, total_page: 1, total_results: found.length } };
  }
}

function namesOf(video: Video): string {
  return `${titleOf(video)} ${video.system_metadata.filename}`.toLowerCase();
}

interface Receipt {
  title: string;
  lines: string[];
}

function IndexVideos({ index }: { index: Index }) {
  const [page, setPage] = useState(1);
  const [order, setOrder] = useState<"desc" | "asc">("desc");
  const [length, setLength] = useState<Length>("any");
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [deleting, setDeleting] = useState<Video[]>();
  const [isDropping, setDropping] = useState(false);
  const [isRenaming, setRenaming] = useState(false);
  const [receipt, setReceipt] = useState<Receipt>();
  const path = `/v1.3/indexes/${index._id}/videos`;
  const query = { page, page_limit: PAGE, sort_option: order, ...BOUNDS[length] };
  const { answer, refusal, again } = useAnswer(
    (signal) => (name ? named(path, query, name, signal) : get<Page<Video>>(path, query, signal)),
    [path, name, JSON.stringify(query)],
  );
  useEffect(again, [index.video_count]);
  const videos = answer?.data ?? [];
  const remove = async () => {
    const lines: string[] = [];
    try {
      for (const video of deleting ?? []) {
        await ask({ method: "DELETE", path: `${path}/${video._id}` });
        forgetVideo(index._id, video._id);
        lines.push(lineOf(video));
      }
    } finally {
      if (lines.length) setReceipt({ title: `${counted(lines.length, "video")} deleted from “${index.index_name}”`, lines });
      setChosen(new Set());
      libraryChanged();
      again();
    }
  };
  const drop = async () => {
    await ask({ method: "DELETE", path: `/v1.3/indexes/${index._id}` });
    say(`Index “${index.index_name}” deleted with ${counted(index.video_count, "video")}.`);
    libraryChanged();
    go(screenLink("library"));
  };
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  return (
    <section class="index-videos" aria-label={index.index_name}>
      <div class="section-head">
        <h2>{index.index_name}</h2>
        <IconButton icon="edit" label="Rename the index" onClick={() => setRenaming(true)} />
        <IconButton icon="trash" label="Delete the index" onClick={() => setDropping(true)} />
        <span class="spring" />
        <CopyAs asked={{ method: "GET", path, query }} />
      </div>
      <div class="filters">
        <input
          type="search"
          aria-label="Name of a video"
          placeholder="Name holds …"
          onInput={(event) => {
            setName(event.currentTarget.value.trim().toLowerCase());
            setPage(1);
          }}
        />
        <Choice
          label="Length"
          of={LENGTHS}
          value={length}
          onChange={(value) => {
            setLength(value);
            setPage(1);
          }}
        />
        <Choice
          label="Order"
          of={[
            ["desc", "Newest"],
            ["asc", "Oldest"],
          ]}
          value={order}
          onChange={setOrder}
        />
        {chosen.size > 0 && (
          <button
            type="button"
            class="button small danger"
            onClick={() => setDeleting(videos.filter((video) => chosen.has(video._id)))}
          >
            <Icon name="trash" size={15} /> Delete {chosen.size}
          </button>
        )}
      </div>
      {receipt && <ReceiptShown receipt={receipt} onClose={() => setReceipt(undefined)} />}
      {refusal && <Refused refusal={refusal} again={again} />}
      {answer && !videos.length && <Empty title="No videos here" />}
      {videos.length > 0 && (
        <table class="table videos">
          <thead>
            <tr>
              <th class="tick">
                <span class="visually-hidden">Choose</span>
              </th>
              <th>Video</th>
              <th class="number">Length</th>
              <th class="number wide">Size</th>
              <th class="number wide">Picture</th>
              <th class="wide">Indexed</th>
              <th>
                <span class="visually-hidden">Delete</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {videos.map((video) => (
              <VideoRow
                key={video._id}
                index={index}
                video={video}
                isChosen={chosen.has(video._id)}
                onToggle={() => toggle(video._id)}
                onDelete={() => setDeleting([video])}
              />
            ))}
          </tbody>
        </table>
      )}
      <Pages page={page} of={answer?.page_info.total_page ?? 1} onPage={setPage} />
      {deleting && (
        <Confirm
          title={deleting.length === 1 ? "Delete this video?" : `Delete ${deleting.length} videos?`}
          verb="Delete"
          onYes={remove}
          onClose={() => setDeleting(undefined)}
        >
          <p>They cannot be found at once, and what was stored of them is removed. Their tasks stay as a record.</p>
          <ul class="receipt-lines">
            {deleting.map((video) => (
              <li key={video._id}>{lineOf(video)}</li>
            ))}
          </ul>
        </Confirm>
      )}
      {isDropping && (
        <Confirm title={`Delete “${index.index_name}”?`} verb="Delete the index" onYes={drop} onClose={() => setDropping(false)}>
          <p>
            The index goes with everything in it: {counted(index.video_count, "video")}, {lasting(index.total_duration)}.
          </p>
        </Confirm>
      )}
      {isRenaming && <Rename index={index} onClose={() => setRenaming(false)} />}
    </section>
  );
}

function VideoRow(props: {
  index: Index;
  video: Video;
  isChosen: boolean;
  onToggle: () => void;
  onDelete: () => void;
}) {
  const { index, video } = props;
  const facts = video.system_metadata;
  const title = titleOf(video);
  return (
    <tr class={props.isChosen ? "chosen" : ""}>
      <td class="tick">
        <input type="checkbox" checked={props.isChosen} aria-label={`Choose ${title}`} onChange={props.onToggle} />
      </td>
      <td>
        <a class="row-video" href={videoLink(index._id, video._id)}>
          <Scrub
            video={video}
            start={0}
            end={facts.duration}
            picture={video.hls && local(video.hls.thumbnail_urls[0] ?? "")}
          />
          <span>
            <b>{title}</b>
            {video.warnings?.length ? <span class="faint small"> with warnings</span> : null}
            <code class="faint">{video._id}</code>
          </span>
        </a>
      </td>
      <td class="number">{clock(facts.duration)}</td>
      <td class="number wide">{bytes(facts.size)}</td>
      <td class="number wide">
        {facts.width} × {facts.height}
      </td>
      <td class="wide">{ago(video.indexed_at)}</td>
      <td class="actions">
        <IconButton icon="trash" label={`Delete ${title}`} onClick={props.onDelete} />
      </td>
    </tr>
  );
}

function ReceiptShown({ receipt, onClose }: { receipt: Receipt; onClose: () => void }) {
  return (
    <div class="receipt" role="status">
      <div class="section-head">
        <h3>
          <Icon name="check" /> {receipt.title}
        </h3>
        <span class="spring" />
        <IconButton icon="close" label="Put the receipt away" onClick={onClose} />
      </div>
      <ul class="receipt-lines">
        {receipt.lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p class="faint small">{new Date().toLocaleString()}</p>
    </div>
  );
}

function Rename({ index, onClose }: { index: Index; onClose: () => void }) {
  const rename = async (event: SubmitEvent) => {
    event.preventDefault();
    const name = String(new FormData(event.target as HTMLFormElement).get("name") ?? "").trim();
    try {
      await ask({ method: "PUT", path: `/v1.3/indexes/${index._id}`, json: { index_name: name } });
      libraryChanged();
      onClose();
    } catch (error) {
      sayError(error);
    }
  };
  return (
    <Dialog title="Rename the index" onClose={onClose}>
      <form class="stack" onSubmit={rename}>
        <label>
          Name
          <input name="name" required maxLength={200} defaultValue={index.index_name} autofocus />
        </label>
        <footer>
          <button type="submit" class="button primary">
            Rename
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

export function Pages({ page, of, onPage }: { page: number; of: number; onPage: (page: number) => void }) {
  if (of <= 1) return null;
  return (
    <nav class="pages" aria-label="Pages">
      <IconButton icon="back" label="Page before" disabled={page <= 1} onClick={() => onPage(page - 1)} />
      <span>
        {page} of {of}
      </span>
      <IconButton icon="forward" label="Next page" disabled={page >= of} onClick={() => onPage(page + 1)} />
    </nav>
  );
}

function lineOf(video: Video): string {
  const facts = video.system_metadata;
  return `${titleOf(video)} · ${clock(facts.duration)} · ${bytes(facts.size)} · ${video._id}`;
}
