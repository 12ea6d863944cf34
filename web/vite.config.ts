import { defineConfig } from "vite";

// One flat folder of hashed files, which the server sends from /page/ and may be kept for good.
export default defineConfig({
  base: "/page/",
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../src/kinodex/http/page",
    emptyOutDir: true,
    assetsDir: "",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    sourcemap: false,
    license: { fileName: "licenses.md" },
  },
});
