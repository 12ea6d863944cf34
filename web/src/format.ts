// Numbers as people read them.

export function clock(seconds: number, withFraction = false): string {
  const whole = Math.max(0, withFraction ? Math.floor(seconds) : Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  const text = hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  if (!withFraction) return text;
  return `${text}.${String(Math.floor((Math.max(0, seconds) % 1) * 100 + 1e-6)).padStart(2, "0")}`;
}

export function span(start: number, end: number): string {
  return `${clock(Math.floor(start))} – ${clock(Math.ceil(end))}`;
}

export function lasting(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${seconds < 9.95 ? seconds.toFixed(1).replace(/\.0$/, "") : whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const place = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  const value = count / 1000 ** place;
  return `${value < 10 && place > 0 ? value.toFixed(1) : Math.round(value)} ${units[place]}`;
}

export function ago(time: string, now_ms = Date.now()): string {
  const seconds = Math.max(0, (now_ms - Date.parse(time)) / 1000);
  if (seconds < 10) return "just now";
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  return new Date(time).toLocaleDateString(undefined, { year: "numeric", month: "short", day: "numeric" });
}

export function moment_of(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}
