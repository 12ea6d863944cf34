// From the steps of the server to the seven stages a person watches.

import type { Step, Task } from "./wire";

export interface Stage {
  name: string;
  doing: string;
  steps: string[];
}

export const STAGES: readonly Stage[] = [
  { name: "Resolve", doing: "Finding the source", steps: [] },
  { name: "Fetch", doing: "Fetching", steps: ["fetch", "probe"] },
  { name: "Shots", doing: "Looking for shots", steps: ["decode", "prepare_playback", "take_over"] },
  { name: "Speech", doing: "Listening to speech", steps: ["transcribe"] },
  { name: "Screen text", doing: "Reading screen text", steps: ["read_screen_text"] },
  { name: "Pictures", doing: "Looking at pictures", steps: ["embed_pictures", "embed_sentences"] },
  { name: "Ready", doing: "Publishing", steps: ["publish"] },
];

export type StageState = "done" | "now" | "waiting" | "failed";

/** The place of the stage a task is at; the number of stages when it is ready. */
export function stageOf(task: Task, steps?: readonly Step[]): number {
  if (task.status === "ready") return STAGES.length;
  // A failed task names no step any more; the last one that was begun is where it ended.
  const step = task.step ?? steps?.at(-1)?.step ?? "";
  const place = STAGES.findIndex((stage) => stage.steps.includes(step));
  return place < 0 ? 0 : place;
}

export function stateOf(task: Task, place: number, steps?: readonly Step[]): StageState {
  const at = stageOf(task, steps);
  if (place < at) return "done";
  if (place > at) return "waiting";
  return task.status === "failed" ? "failed" : "now";
}

export function secondsOf(stage: Stage, steps: Step[] | undefined): number | null {
  const measured = (steps ?? []).filter((step) => stage.steps.includes(step.step) && step.seconds !== null);
  return measured.length ? measured.reduce((total, step) => total + (step.seconds ?? 0), 0) : null;
}

export function isOver(task: Task): boolean {
  return task.status === "ready" || task.status === "failed";
}
