// From what somebody looks for to the request, and to all answers of it.

import { ask, BY_MODALITY, get, type Asked } from "./api";
import type { Evidence, Modality, Moment, SearchAnswer } from "./wire";

export const MODALITIES: readonly { modality: Modality; option: string; word: string; verb: string }[] = [
  { modality: "visual", option: "visual", word: "Seen", verb: "seen" },
  { modality: "speech", option: "conversation", word: "Said", verb: "said" },
  { modality: "screen_text", option: "text_in_video", word: "Written", verb: "written on screen" },
];

export interface Wanted {
  indexId: string;
  /** All of these are looked through, if given. */
  indexIds?: readonly string[] | undefined;
  text: string;
  picture?: File | undefined;
  modalities: readonly Modality[];
  isExact?: boolean | undefined;
  videoId?: string | undefined;
  limit?: number;
}

/** The one place that knows how a query is sent. */
export function searchRequest(wanted: Wanted): Asked {
  const options = MODALITIES.filter(({ modality }) => wanted.modalities.includes(modality)).map((each) => each.option);
  const filter = wanted.videoId ? { id: [wanted.videoId] } : undefined;
  const fields = {
    ...(wanted.indexIds ? { index_ids: wanted.indexIds } : { index_id: wanted.indexId }),
    // Plain words stay plain; quotes, fields and operators join parts, as docs/search-language.md says.
    ...(wanted.text ? { query_language: "kinodex" } : {}),
    page_limit: wanted.limit ?? 24,
    ...(wanted.isExact ? { conversation_option: "exact_match" } : {}),
  };
  const path = `${BY_MODALITY}/search`;
  if (wanted.picture) {
    const form = {
      ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)])),
      search_options: options.join(","),
      query_media_type: "image",
      query_media_file: wanted.picture,
      ...(wanted.text ? { query: wanted.text } : {}),
      ...(filter ? { filter: JSON.stringify(filter) } : {}),
    };
    return { method: "POST", path, form };
  }
  const json = { ...fields, query: wanted.text, search_options: options, ...(filter ? { filter } : {}) };
  return { method: "POST", path, json };
}

export function search(wanted: Wanted, signal?: AbortSignal): Promise<SearchAnswer> {
  return ask<SearchAnswer>(searchRequest(wanted), signal);
}

export function nextPage(token: string, signal?: AbortSignal): Promise<SearchAnswer> {
  return get<SearchAnswer>(`${BY_MODALITY}/search/${encodeURIComponent(token)}`, {}, signal);
}

export const CONFIDENCE: Record<Moment["confidence"], string> = {
  high: "Strong match",
  medium: "Likely",
  low: "Perhaps",
  none: "A guess",
};

const HOW: Record<string, string> = {
  lexical: "the very words",
  semantic: "the meaning",
  words_to_picture: "what the picture shows",
  picture_to_picture: "it looks like your picture",
};

export function howInWords(evidence: Evidence): string {
  return HOW[evidence.how] ?? evidence.how.replaceAll("_", " ");
}

export function wordOf(modality: Modality): string {
  return MODALITIES.find((each) => each.modality === modality)?.word ?? modality;
}

/** The best reason of each modality, the likeliest first. */
export function bestByModality(moment: Moment): Evidence[] {
  const best = new Map<Modality, Evidence>();
  for (const evidence of moment.explain) {
    const known = best.get(evidence.modality);
    if (!known || evidence.probability > known.probability) best.set(evidence.modality, evidence);
  }
  return [...best.values()].sort((one, other) => other.probability - one.probability);
}

/** The parts of a text, each with whether it is one of the words that matched. */
export function marked(text: string, words: readonly string[]): [string, boolean][] {
  const wanted = new Set(words.map(plain));
  if (!wanted.size) return [[text, false]];
  return text
    .split(/([\p{L}\p{N}]+(?:['’][\p{L}]+)?)/u)
    .filter((part) => part !== "")
    .map((part) => [part, wanted.has(plain(part))]);
}

function plain(word: string): string {
  return word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** What was looked for last, for screens that show more of it; a picture cannot stand in an address. */
export const last: { picture: File | undefined } = { picture: undefined };
