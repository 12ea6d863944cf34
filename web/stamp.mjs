// Records which sources the build was made from, so that a test without Node can tell a stale one.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const here = new URL("./", import.meta.url);
const names = readdirSync(new URL("src/", here), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.split("/web/src/").at(-1).replace(/^\/+/, ""))
  .map((name) => `src/${name}`);
names.push("index.html", "package-lock.json", "package.json", "tsconfig.json", "vite.config.ts");
const hash = createHash("sha256");
for (const name of names.sort()) {
  const content = readFileSync(new URL(name, here));
  hash.update(`${name}\n${content.length}\n`).update(content);
}
writeFileSync(new URL("../src/kinodex/http/page/sources.sha256", here), `${hash.digest("hex")}\n`);
