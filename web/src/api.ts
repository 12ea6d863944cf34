// The one way to the server: the public API, with the key of this tab.

import { forgetKey, key } from "./session";

export const NEWEST = "/v1.3";
/** Under this version search options name one modality each, and lines of a video are served. */
export const BY_MODALITY = "/v1.2";

export interface Asked {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string | number | undefined>;
  json?: unknown;
  form?: Record<string, string | Blob | undefined>;
}

/** What the server refused: its stable code and its sentence. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function address(asked: Asked): string {
  const pairs = Object.entries(asked.query ?? {}).filter(([, value]) => value !== undefined && value !== "");
  const query = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return query ? `${asked.path}?${query}` : asked.path;
}

export async function send(asked: Asked, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { "x-api-key": key() ?? "" };
  let body: BodyInit | undefined;
  if (asked.json !== undefined) {
    headers["content-type"] = "application/json";
    body = JSON.stringify(asked.json);
  } else if (asked.form) {
    const form = new FormData();
    for (const [name, value] of Object.entries(asked.form)) if (value !== undefined) form.append(name, value);
    body = form;
  }
  let answer: Response;
  try {
    answer = await fetch(address(asked), { method: asked.method, headers, body, signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal(0, "no_answer", "The server does not answer. Is it running, and is the network there?");
  }
  if (!answer.ok) throw await refusalOf(answer);
  return answer;
}

export async function ask<Answer>(asked: Asked, signal?: AbortSignal): Promise<Answer> {
  const answer = await send(asked, signal);
  return (answer.status === 204 ? undefined : await answer.json()) as Answer;
}

export function get<Answer>(path: string, query: Asked["query"] = {}, signal?: AbortSignal): Promise<Answer> {
  return ask<Answer>({ method: "GET", path, query }, signal);
}

export async function refusalOf(answer: Response): Promise<Refusal> {
  const said = (await answer.json().catch(() => ({}))) as { code?: unknown; message?: unknown };
  const code = typeof said.code === "string" ? said.code : `http_${answer.status}`;
  const message =
    typeof said.message === "string" ? said.message : `The server answered with status ${answer.status}.`;
  if (code === "api_key_invalid" && key() !== null) forgetKey();
  return new Refusal(answer.status, code, message);
}

/** A link of the server as this page may follow it: whatever name it was called by, it is the same server. */
export function local(link: string): string {
  const { pathname, search } = new URL(link, location.href);
  return pathname + search;
}

/** Sends a file with its progress, in [0, 1], told on the way. */
export function upload(
  asked: { path: string; form: Record<string, string | Blob> },
  onProgress: (share: number) => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    for (const [name, value] of Object.entries(asked.form)) form.append(name, value);
    request.open("POST", asked.path);
    request.setRequestHeader("x-api-key", key() ?? "");
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = () => reject(new Refusal(0, "no_answer", "The connection broke while the file was sent."));
    request.onload = async () => {
      const answer = new Response(request.responseText || null, { status: request.status });
      if (answer.ok) resolve(await answer.json());
      else reject(await refusalOf(answer));
    };
    request.send(form);
  });
}

export async function signInByLink(token: string): Promise<string> {
  const answer = await fetch("/v1.3/sign-ins", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  if (!answer.ok) throw await refusalOf(answer);
  return ((await answer.json()) as { key: string }).key;
}
