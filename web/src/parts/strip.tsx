// One task, watched live: where it is, how long it will take, what it waits for, what went wrong.

import { useState } from "preact/hooks";
import { ask, get, type Asked } from "../api";
import { ago, bytes, lasting } from "../format";
import { videoLink } from "../route";
import { isOver, secondsOf, STAGES, stageOf, stateOf } from "../stages";
import { useAnswer } from "../useAnswer";
import { wayOut } from "../wayout";
import type { Step, Task } from "../wire";
import { CopyAs, Meter } from "./basics";
import { Icon } from "./icons";
import { say, sayError } from "./say";

export function Strip({ task, onChange }: { task: Task; onChange: () => void }) {
  const at = stageOf(task);
  const { answer } = useAnswer(
    (signal) => get<{ data: Step[] }>(`/v1.3/tasks/${task._id}/steps`, {}, signal),
    [task._id, at, task.status],
  );
  const steps = answer?.data;
  const name = task.system_metadata.filename ?? "Video";
  const notes = (steps ?? []).flatMap((step) => (step.note ? [step.note] : []));
  const again = (steps ?? []).filter((step) => step.attempts > 1).map((step) => step.step.replaceAll("_", " "));
  if (again.length) notes.push(`Went on after an interruption: ${again.join(", ")}.`);
  return (
    <article class={`strip strip-${task.status} ${task.queue_reason ? "strip-waiting" : ""}`} aria-label={name}>
      <header>
        <h3 title={name}>
          {task.status === "ready" ? <a href={videoLink(task.index_id, task.video_id)}>{name}</a> : name}
        </h3>
        <p class="strip-state" role="status">
          {stateInWords(task)}
        </p>
        {task.status === "ready" && <StripActions task={task} onChange={onChange} />}
      </header>
      <ol class="stages">
        {STAGES.map((stage, place) => {
          const seconds = secondsOf(stage, steps);
          const state = stateOf(task, place, steps);
          return (
            <li key={stage.name} class={`stage ${state}`} aria-current={state === "now" ? "step" : undefined}>
              <span class="stage-bar" />
              <span class="stage-name">{stage.name}</span>
              <span class="stage-time">{seconds !== null && seconds >= 0.05 && state !== "waiting" ? lasting(seconds) : ""}</span>
            </li>
          );
        })}
      </ol>
      {!isOver(task) && <Meter share={task.progress ?? 0} label={`Progress of ${name}`} />}
      {notes.map((note) => (
        <p class="faint small" key={note}>
          {note}
        </p>
      ))}
      {task.error && (
        <p class="strip-error">
          <Icon name="warning" />
          <span>
            {task.error.message} {wayOut(task.error.code) && <em>{wayOut(task.error.code)}</em>}
          </span>
          <code class="faint">{task.error.code}</code>
        </p>
      )}
      {task.status !== "ready" && <StripActions task={task} onChange={onChange} />}
    </article>
  );
}

export function stateInWords(task: Task): string {
  if (task.status === "ready") return ["Ready", ago(task.updated_at)].join(" · ");
  if (task.status === "failed") return (task.attempt ?? 1) > 1 ? `Failed at attempt ${task.attempt}` : "Failed";
  if (task.queue_reason) return `Waits: ${task.queue_reason}`;
  const doing = STAGES[stageOf(task)]?.doing ?? "Working";
  const left = task.process ? ` · about ${lasting(task.process.remain_seconds)} left` : "";
  const rate = task.bytes_per_s ? ` · ${bytes(task.bytes_per_s)}/s` : "";
  return `${doing}${rate} · ${Math.round((task.progress ?? 0) * 100)} %${left}`;
}

function StripActions({ task, onChange }: { task: Task; onChange: () => void }) {
  const [isBusy, setBusy] = useState(false);
  const act = async (asked: Asked, told: string) => {
    setBusy(true);
    try {
      await ask(asked);
      say(told);
      onChange();
    } catch (error) {
      sayError(error);
    }
    setBusy(false);
  };
  const path = `/v1.3/tasks/${task._id}`;
  return (
    <div class="strip-actions">
      {task.status === "ready" && (
        <a class="button small" href={videoLink(task.index_id, task.video_id)}>
          <Icon name="play" size={15} /> Open
        </a>
      )}
      {task.status === "failed" && (
        <>
          <button
            type="button"
            class="button small"
            disabled={isBusy}
            onClick={() => act({ method: "POST", path: `${path}/retry` }, "The task is tried again.")}
          >
            <Icon name="retry" size={15} /> Try again
          </button>
          <button
            type="button"
            class="button small quiet"
            disabled={isBusy}
            onClick={() => act({ method: "DELETE", path }, "The task is removed.")}
          >
            <Icon name="trash" size={15} /> Remove
          </button>
        </>
      )}
      {!isOver(task) && (
        <button
          type="button"
          class="button small quiet"
          disabled={isBusy}
          onClick={() => act({ method: "POST", path: `${path}/cancel` }, "The task is cancelled.")}
        >
          <Icon name="close" size={15} /> Cancel
        </button>
      )}
      <CopyAs asked={{ method: "GET", path }} />
    </div>
  );
}
