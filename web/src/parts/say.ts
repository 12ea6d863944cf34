// What was done, told once: in a corner to those who see, by a live region to those who hear.

import { useEffect, useState } from "preact/hooks";

export interface Said {
  id: number;
  text: string;
  isBad: boolean;
}

let current: Said | null = null;
let count = 0;
let timer = 0;
const listeners = new Set<(said: Said | null) => void>();

export function say(text: string, isBad = false): void {
  current = { id: ++count, text, isBad };
  tell();
  clearTimeout(timer);
  timer = window.setTimeout(hush, isBad ? 9000 : 4500);
}

export function hush(): void {
  current = null;
  tell();
}

export function sayError(error: unknown): void {
  say(error instanceof Error ? error.message : String(error), true);
}

export function useSaid(): Said | null {
  const [said, setSaid] = useState(current);
  useEffect(() => {
    listeners.add(setSaid);
    return () => void listeners.delete(setSaid);
  }, []);
  return said;
}

function tell(): void {
  for (const listener of listeners) listener(current);
}
