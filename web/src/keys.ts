// The keys of the page: the same on all screens, listed by "?".

import { useEffect, useRef } from "preact/hooks";

export const LISTED: [string, string][] = [
  ["/", "Search"],
  ["g h · g s · g l", "Go home, to search, to the library"],
  ["g t · g w · g e", "Go to tasks, webhooks, settings"],
  ["n · p", "Next, previous moment"],
  ["Enter", "Play the chosen moment"],
  ["Space · k", "Play, pause"],
  ["j · l", "Back, forward; again for faster"],
  ["← · →", "Five seconds back, forward"],
  [", · .", "One frame back, forward"],
  ["[ · ]", "Mark in, mark out"],
  ["Esc", "Close, or leave the box"],
  ["?", "This list"],
];

export type Bindings = Record<string, (event: KeyboardEvent) => void>;

interface Layer {
  bindings: Bindings;
}

const layers: Layer[] = [];
let leader = false;
let leaderTimer = 0;

/** While the component lives these keys do this; of two that bind a key the newer one has it. */
export function useKeys(bindings: Bindings): void {
  const layer = useRef<Layer>({ bindings });
  layer.current.bindings = bindings;
  useEffect(() => {
    const mine = layer.current;
    layers.push(mine);
    return () => void layers.splice(layers.indexOf(mine), 1);
  }, []);
}

export function listenToKeys(): () => void {
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = event.target as HTMLElement;
  const name = event.key === " " ? "Space" : event.key;
  if (isTyping(target) && name !== "Escape") return;
  // What a control does with its own keys comes first.
  if ((name === "Space" || name === "Enter") && target.closest("a, button, summary, [role=slider]")) return;
  // A dialog has its own keys; the browser closes it by Esc.
  if (document.querySelector("dialog[open]")) return;
  const chord = leader ? `g ${name}` : name;
  endLeader();
  if (chord === "g") {
    leader = true;
    leaderTimer = window.setTimeout(endLeader, 1500);
    return;
  }
  const layer = layers.findLast((each) => chord in each.bindings);
  if (layer) {
    event.preventDefault();
    layer.bindings[chord]?.(event);
  }
}

function endLeader(): void {
  leader = false;
  clearTimeout(leaderTimer);
}

function isTyping(target: HTMLElement): boolean {
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input") && !target.matches("[type=checkbox], [type=radio], [type=range], [type=button]");
}
