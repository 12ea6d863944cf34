// Where somebody is, in the fragment of the address: it stays in the browser and reaches no log.
//   #/search?q=a+red+car        a screen
//   #t=75.20&video=INDEX/VIDEO  a second of a video, in the manner of media fragments

import { useEffect, useState } from "preact/hooks";

export interface Route {
  screen: string;
  params: URLSearchParams;
}

export function parse(hash: string): Route {
  const text = hash.replace(/^#/, "");
  if (text.startsWith("/")) {
    const [path = "", query = ""] = text.slice(1).split("?");
    return { screen: path || "home", params: new URLSearchParams(query) };
  }
  const params = new URLSearchParams(text);
  return { screen: params.has("video") ? "video" : "home", params };
}

export function screenLink(screen: string, params: Record<string, string | undefined> = {}): string {
  const kept = Object.entries(params).filter((pair): pair is [string, string] => !!pair[1]);
  const query = new URLSearchParams(kept).toString();
  return `#/${screen}${query ? `?${query}` : ""}`;
}

export function videoLink(
  indexId: string,
  videoId: string,
  at_s?: number,
  more: Record<string, string | undefined> = {},
): string {
  const parts = at_s === undefined ? [] : [`t=${at_s.toFixed(2)}`];
  parts.push(`video=${indexId}/${videoId}`);
  for (const [name, value] of Object.entries(more)) if (value) parts.push(`${name}=${encodeURIComponent(value)}`);
  return `#${parts.join("&")}`;
}

export function go(link: string): void {
  location.hash = link;
}

/** Changes the address without a step in the history. */
export function restate(link: string): void {
  history.replaceState(null, "", link);
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parse(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parse(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}
