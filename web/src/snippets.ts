// A request of the page as a person would write it: curl, Python, JavaScript.

import { address, type Asked } from "./api";

export const LANGUAGES = ["curl", "Python", "JavaScript"] as const;
export type Language = (typeof LANGUAGES)[number];

export function snippet(asked: Asked, language: Language, origin = location.origin): string {
  const url = origin + address(asked);
  const form = formOf(asked);
  if (language === "curl") return curl(asked, url, form);
  return language === "Python" ? python(asked, url, form) : javascript(asked, url, form);
}

function formOf(asked: Asked): [string, string, boolean][] {
  return Object.entries(asked.form ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, value instanceof File ? value.name : String(value), value instanceof Blob]);
}

function curl(asked: Asked, url: string, form: [string, string, boolean][]): string {
  const lines = [`curl ${quoted(url)}`, `-H "x-api-key: $KINODEX_API_KEY"`];
  if (asked.method !== "GET" && !(asked.method === "POST" && (asked.json || form.length)))
    lines[0] = `curl -X ${asked.method} ${quoted(url)}`;
  if (asked.json !== undefined) {
    lines.push(`-H "content-type: application/json"`, `-d ${quoted(JSON.stringify(asked.json))}`);
  }
  for (const [name, value, isFile] of form) lines.push(`-F ${quoted(`${name}=${isFile ? "@" : ""}${value}`)}`);
  return lines.join(" \\\n  ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function python(asked: Asked, url: string, form: [string, string, boolean][]): string {
  const lines = [
    "import os, requests",
    `answer = requests.${asked.method.toLowerCase()}(`,
    `    ${JSON.stringify(url)},`,
    `    headers={"x-api-key": os.environ["KINODEX_API_KEY"]},`,
  ];
  if (asked.json !== undefined) lines.push(`    json=${pythonValue(asked.json)},`);
  const fields = form.filter(([, , isFile]) => !isFile);
  const files = form.filter(([, , isFile]) => isFile);
  if (fields.length) {
    lines.push(`    data={${fields.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(", ")}},`);
  }
  if (files.length) {
    const opened = files.map(([name, value]) => `${JSON.stringify(name)}: open(${JSON.stringify(value)}, "rb")`);
    lines.push(`    files={${opened.join(", ")}},`);
  }
  lines.push(")", "answer.raise_for_status()");
  if (asked.method !== "DELETE") lines.push("print(answer.json())");
  return lines.join("\n");
}

function pythonValue(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(", ")}]`;
  if (typeof value === "object") {
    const pairs = Object.entries(value as object).filter(([, each]) => each !== undefined);
    return `{${pairs.map(([name, each]) => `${JSON.stringify(name)}: ${pythonValue(each)}`).join(", ")}}`;
  }
  return JSON.stringify(value);
}

function javascript(asked: Asked, url: string, form: [string, string, boolean][]): string {
  const lines: string[] = [];
  if (form.length) {
    lines.push("const body = new FormData();");
    for (const [name, value, isFile] of form) {
      const shown = isFile ? `file /* ${value.replaceAll("*/", "")} */` : JSON.stringify(value);
      lines.push(`body.append(${JSON.stringify(name)}, ${shown});`);
    }
  }
  lines.push(`const answer = await fetch(${JSON.stringify(url)}, {`);
  if (asked.method !== "GET") lines.push(`  method: ${JSON.stringify(asked.method)},`);
  const type = asked.json === undefined ? "" : `, "content-type": "application/json"`;
  lines.push(`  headers: { "x-api-key": process.env.KINODEX_API_KEY${type} },`);
  if (asked.json !== undefined) lines.push(`  body: JSON.stringify(${JSON.stringify(asked.json)}),`);
  if (form.length) lines.push("  body,");
  lines.push("});");
  if (asked.method !== "DELETE") lines.push("console.log(await answer.json());");
  return lines.join("\n");
}
