// The key of this tab: kept until the tab is closed, sent in a header, never in an address.

const NAME = "kinodex.key";
const listeners = new Set<() => void>();

export function key(): string | null {
  return sessionStorage.getItem(NAME);
}

export function keepKey(text: string): void {
  sessionStorage.setItem(NAME, text);
  tell();
}

export function forgetKey(): void {
  sessionStorage.removeItem(NAME);
  tell();
}

export function onKeyChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
