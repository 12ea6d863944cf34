// How a driver tells what it saw: one JSON object a line, ended by the first step that fails.

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
    step(name, got === status && body.code === code, [error.constructor.name, got, body, error.message]);
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
