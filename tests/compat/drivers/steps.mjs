// How a driver tells what it saw: one JSON object a line, ended by the first step that fails.

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

export function step(name, passed, seen) {
  const shown = JSON.stringify(seen ?? null)?.slice(0, 300);
  console.log(JSON.stringify({ step: name, passed: Boolean(passed), seen: shown }));
  if (!passed) process.exit(1);
}

export async function refused(name, status, code, call) {
  let seen;
  try {
    seen = await call();
  } catch (error) {
    const got = error.statusCode ?? error.status ?? error.response?.status;
    const body = error.body ?? error.response?.data ?? {};
    step(name, got === status && (code === null || body.code === code), [error.constructor.name, got, body, error.message]);
    return;
  }
  step(name, false, seen);
}

export function same(left, right) {
  return JSON.stringify([...left].sort()) === JSON.stringify([...right].sort());
}

export async function all(page) {
  const items = [];
  for await (const item of page) items.push(item);
  return items;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function untilFinal(get) {
  let found = await get();
  while (!["ready", "failed"].includes(found.status)) {
    await pause(100);
    found = await get();
  }
  return found;
}

// No client checks the signature of a webhook.
export async function toldOf(taskId) {
  for (const deadline = Date.now() + 20000; Date.now() < deadline; await pause(100)) {
    for (const line of readFileSync(process.env.WEBHOOKS, "utf8").split("\n").filter(Boolean)) {
      const { headers, body } = JSON.parse(line);
      const event = JSON.parse(body);
      if (event.data.id !== taskId) continue;
      const { t, v1 } = Object.fromEntries(headers["tl-signature"].split(",").map((each) => each.split("=")));
      const wanted = createHmac("sha256", process.env.WEBHOOK_SECRET).update(`${t}.${body}`).digest("hex");
      step("webhook, signed", wanted === v1 && event.type === "index.task.ready", event);
      return;
    }
  }
  step("webhook, signed", false, taskId);
}
