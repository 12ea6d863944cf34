// The search language as far as a box needs it: which parts a query has, and what could come next.
// What a query means is decided by the server alone.

export type PartKind = "said" | "exactly" | "text" | "seen" | "operator" | "words";

export interface Part {
  kind: PartKind;
  shown: string;
}

const FIELDS = ["said", "exactly", "text", "seen"] as const;
const TOKEN = /(said|exactly|text|seen):("(?:[^"\\]|\\.)*"?|[^\s()"]+)|((?:then|and):\d+(?:\.\d+)?(?:ms|s|m|h))|"(?:[^"\\]|\\.)*"?|[()]|[^\s()"]+/giu;
const OPERATORS = new Set(["and", "or", "not", "then"]);

/** The parts of a query that is not plain; none for plain words. */
export function partsOf(query: string): Part[] {
  if (!isJoined(query)) return [];
  const parts: Part[] = [];
  for (const [token, field, value, window] of query.matchAll(TOKEN)) {
    const kind = kindOf(token, field, window);
    const previous = parts.at(-1);
    const isMore = kind === "words" && previous?.kind === "words" && !token.startsWith('"');
    if (isMore && !isBracket(token) && !isBracket(previous.shown)) previous.shown += ` ${token}`;
    else parts.push({ kind, shown: unquoted(value ?? token) });
  }
  return parts.filter((part) => !isBracket(part.shown));
}

function isBracket(text: string): boolean {
  return text === "(" || text === ")";
}

function isJoined(query: string): boolean {
  return /\w+:"|\b(?:said|exactly|text|seen):\S|\b(?:then|and):\d|\b(?:and|or|not|then)\s+"/iu.test(query);
}

function kindOf(token: string, field: string | undefined, window: string | undefined): PartKind {
  if (field) return field.toLowerCase() as PartKind;
  return window || OPERATORS.has(token.toLowerCase()) ? "operator" : "words";
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1).replace(/"$/, "").replace(/\\(.)/g, "$1") : text;
}

export interface Suggestion {
  insert: string;
  about: string;
}

const AFTER_PART: readonly Suggestion[] = [
  { insert: "then:10s ", about: "what comes next, within 10 s" },
  { insert: "not ", about: "but not this" },
  { insert: "or ", about: "or that" },
  { insert: "and:5s ", about: "and, at most 5 s apart" },
];
const FIELD_ABOUT: Record<(typeof FIELDS)[number], string> = {
  said: "what is spoken",
  exactly: "these very words, spoken",
  text: "what is written on screen",
  seen: "what is shown",
};

/** What could be put in place of the last word that was typed. */
export function suggestionsFor(typed: string): Suggestion[] {
  const lastWord = /(?:^|\s)(\S*)$/.exec(typed)?.[1] ?? "";
  if ((typed.match(/"/g)?.length ?? 0) % 2) return [];
  const fields = FIELDS.map((field) => ({ insert: `${field}:"`, about: FIELD_ABOUT[field] }));
  if (lastWord === "") return /["\w]\s$/.test(typed) && isJoined(typed) ? [...AFTER_PART, ...fields] : [];
  const start = lastWord.toLowerCase();
  return [...fields, ...(isJoined(typed) ? AFTER_PART : [])].filter(
    (each) => each.insert.startsWith(start) && each.insert.trim() !== start && start.length > 1,
  );
}

export function withSuggestion(typed: string, suggestion: Suggestion): string {
  return typed.replace(/\S*$/, "") + suggestion.insert;
}
