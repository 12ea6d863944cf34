// Home: give it a video, watch it being understood.

import { useEffect, useRef, useState } from "preact/hooks";
import { ask, upload, type Asked, type Refusal } from "../api";
import { counted, lasting } from "../format";
import { chooseIndex, chosenIndex, createIndex, firstIndex, useIndexes } from "../library";
import { CopyAs, Dialog, Empty, Meter, Refused, useTitle } from "../parts/basics";
import { Icon } from "../parts/icons";
import { say, sayError } from "../parts/say";
import { Strip } from "../parts/strip";
import { VideoGrid } from "../parts/videogrid";
import { screenLink } from "../route";
import { isOver } from "../stages";
import { useTasks } from "../tasklist";
import type { Index } from "../wire";

const NEWEST = 8;

interface Sending {
  id: number;
  name: string;
  share: number;
}

/** Tasks that are over stay in sight for so long. */
const RECENT_MS = 5 * 60_000;

let sendings = 0;

export function Home() {
  useTitle("");
  const indexes = useIndexes();
  const tasks = useTasks({});
  const [chosen, setChosen] = useState<string | null>(null);
  const [sending, setSending] = useState<Sending[]>([]);
  const [refusal, setRefusal] = useState<Refusal>();
  const index = chosenIndex(indexes.answer, chosen);

  const target = async () => index?._id ?? (await firstIndex());
  const addUrl = async (url: string) => {
    setRefusal(undefined);
    try {
      await ask({ method: "POST", path: "/v1.3/tasks", form: { index_id: await target(), video_url: url } });
      say("The video is on its way.");
      tasks.again();
      return true;
    } catch (error) {
      setRefusal(error as Refusal);
      return false;
    }
  };
  const addFiles = async (files: Iterable<File>) => {
    setRefusal(undefined);
    for (const file of files) {
      const mine: Sending = { id: ++sendings, name: file.name, share: 0 };
      setSending((all) => [...all, mine]);
      try {
        const form = { index_id: await target(), video_file: file };
        await upload({ path: "/v1.3/tasks", form }, (share) =>
          setSending((all) => all.map((each) => (each.id === mine.id ? { ...each, share } : each))),
        );
        tasks.again();
      } catch (error) {
        setRefusal(error as Refusal);
      }
      setSending((all) => all.filter((each) => each.id !== mine.id));
    }
  };
  const isOver_ = useDrop(addFiles);

  const list = tasks.answer?.data ?? [];
  const shown = list.filter((task) => !isOver(task) || Date.now() - Date.parse(task.updated_at) < RECENT_MS);
  return (
    <>
      <h1 class="visually-hidden">Home</h1>
      <section class="composer" aria-label="Index a video">
        <p class="lead">Give it a video. Find the exact moment.</p>
        <AddForm onAdd={addUrl} onFiles={addFiles} indexId={index?._id} />
        <div class="composer-foot">
          <IndexChoice word="into" indexes={indexes.answer} index={index} onChoose={setChosen} />
          <span class="faint small">or drop files anywhere on this page</span>
        </div>
        {refusal && <Refused refusal={refusal} />}
        {indexes.refusal && <Refused refusal={indexes.refusal} again={indexes.again} />}
      </section>
      {isOver_ && <div class="drop-veil">Drop to index in “{index?.index_name ?? "My videos"}”</div>}
      {sending.map((each) => (
        <article class="strip" key={each.id}>
          <header>
            <h3>{each.name}</h3>
            <p class="strip-state">Sending · {Math.round(each.share * 100)} %</p>
          </header>
          <Meter share={each.share} label={`Sending ${each.name}`} />
        </article>
      ))}
      {shown.length > 0 && (
        <section aria-label="Tasks">
          <div class="section-head">
            <h2>On the way</h2>
            <a class="quiet-link" href={screenLink("tasks")}>
              All tasks
            </a>
          </div>
          {shown.map((task) => (
            <Strip key={task._id} task={task} onChange={tasks.again} />
          ))}
        </section>
      )}
      {index && index.video_count > 0 && (
        <section aria-label="Videos">
          <div class="section-head">
            <h2>{index.index_name}</h2>
            <span class="faint">
              {counted(index.video_count, "video")} · {lasting(index.total_duration)}
            </span>
            <a class="quiet-link" href={screenLink("library", { index: index._id })}>
              Library
            </a>
            <CopyAs asked={{ method: "GET", path: `/v1.3/indexes/${index._id}/videos`, query: { page_limit: NEWEST } }} />
          </div>
          <VideoGrid indexId={index._id} limit={NEWEST} />
        </section>
      )}
      {indexes.answer && !list.length && !index?.video_count && <FirstSteps />}
    </>
  );
}

function AddForm(props: {
  onAdd: (url: string) => Promise<boolean>;
  onFiles: (files: Iterable<File>) => void;
  indexId: string | undefined;
}) {
  const [url, setUrl] = useState("");
  const [isBusy, setBusy] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!url.trim()) return;
    setBusy(true);
    if (await props.onAdd(url.trim())) setUrl("");
    setBusy(false);
  };
  const asked: Asked = {
    method: "POST",
    path: "/v1.3/tasks",
    form: { index_id: props.indexId ?? "INDEX_ID", video_url: url || "https://example.com/lecture.mp4" },
  };
  return (
    <form class="add" onSubmit={submit}>
      <label class="add-box">
        <Icon name="link" />
        <span class="visually-hidden">URL of a video</span>
        <input
          id="video-url"
          type="text"
          inputMode="url"
          placeholder="Paste the URL of a video"
          spellcheck={false}
          autocomplete="off"
          value={url}
          onInput={(event) => setUrl(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button primary" disabled={isBusy || !url.trim()}>
        Index
      </button>
      <button type="button" class="button" onClick={() => files.current?.click()}>
        <Icon name="upload" size={16} /> Files
      </button>
      <input
        ref={files}
        class="visually-hidden"
        type="file"
        accept="video/*,.mkv,.ts,.flv"
        multiple
        tabIndex={-1}
        aria-label="Video files"
        onChange={(event) => {
          props.onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <CopyAs asked={asked} />
    </form>
  );
}

export function IndexChoice(props: {
  indexes: Index[] | undefined;
  index: Index | undefined;
  word: string;
  isAll?: boolean;
  onAll?: () => void;
  onChoose: (id: string) => void;
}) {
  const [isNaming, setNaming] = useState(false);
  const choose = (id: string) => {
    chooseIndex(id);
    props.onChoose(id);
  };
  return (
    <span class="index-choice">
      <label>
        {props.word}{" "}
        <select
          value={props.isAll ? "all" : (props.index?._id ?? "")}
          onChange={(event) => {
            const { value } = event.currentTarget;
            if (value === "all") props.onAll?.();
            else if (value === "new") {
              event.currentTarget.value = props.index?._id ?? "";
              setNaming(true);
            } else choose(value);
          }}
        >
          {!props.index && <option value="">My videos (new)</option>}
          {props.indexes?.map((each) => (
            <option key={each._id} value={each._id}>
              {each.index_name}
            </option>
          ))}
          {props.onAll && <option value="all">All indexes</option>}
          {!props.onAll && <option value="new">New index …</option>}
        </select>
      </label>
      {isNaming && <NewIndex onClose={() => setNaming(false)} onMade={choose} />}
    </span>
  );
}

export function NewIndex({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const make = async (event: SubmitEvent) => {
    event.preventDefault();
    const name = String(new FormData(event.target as HTMLFormElement).get("name") ?? "").trim();
    try {
      onMade(await createIndex(name));
      say(`Index “${name}” made.`);
      onClose();
    } catch (error) {
      sayError(error);
    }
  };
  return (
    <Dialog title="New index" onClose={onClose}>
      <form class="stack" onSubmit={make}>
        <label>
          Name
          <input name="name" required maxLength={200} autofocus />
        </label>
        <p class="faint small">Videos are searched index by index. It looks at pictures, speech and screen text.</p>
        <footer>
          <button type="submit" class="button primary">
            Make it
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function FirstSteps() {
  return (
    <Empty title="Nothing here yet">
      <ol class="first-steps">
        <li>
          <Icon name="link" /> Paste a link to a video, or drop a file.
        </li>
        <li>
          <Icon name="eye" /> Watch it being understood: shots, speech, screen text, pictures.
        </li>
        <li>
          <Icon name="search" /> Type what you remember, land on the second.
        </li>
      </ol>
    </Empty>
  );
}

/** Files dropped anywhere; returns whether some hover above the page. */
function useDrop(onFiles: (files: Iterable<File>) => void): boolean {
  const [isOver, setOver] = useState(false);
  const take = useRef(onFiles);
  take.current = onFiles;
  useEffect(() => {
    let depth = 0;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files");
    const enter = (event: DragEvent) => hasFiles(event) && setOver(++depth > 0);
    const leave = (event: DragEvent) => hasFiles(event) && setOver(--depth > 0);
    const over = (event: DragEvent) => hasFiles(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      take.current([...(event.dataTransfer?.files ?? [])]);
    };
    const pairs = [["dragenter", enter], ["dragleave", leave], ["dragover", over], ["drop", drop]] as const;
    for (const [name, listener] of pairs) addEventListener(name, listener);
    return () => {
      for (const [name, listener] of pairs) removeEventListener(name, listener);
    };
  }, []);
  return isOver;
}
