import { defineConfig } from "vite";

// The tests of what needs no browser, made into plain JavaScript for "node --test".
export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    rolldownOptions: { input: "tests/all.ts" },
    outDir: "node_modules/.tests",
    emptyOutDir: true,
    target: "node20",
    minify: false,
  },
});
