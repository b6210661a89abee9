// Bundles a page of this folder: `node bundle.js react.js OUT`.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { compile } from "svelte/compiler";

/** @type {import("esbuild").Plugin} */
const svelte = {
  name: "svelte",
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => ({
      contents: compile(await readFile(path, "utf8"), { filename: path, generate: "client" }).js
        .code,
    }));
  },
};

const [page, outfile] = process.argv.slice(2);
await build({
  entryPoints: [join(import.meta.dirname, page)],
  outfile,
  bundle: true,
  format: "esm",
  conditions: ["browser"],
  define: { "process.env.NODE_ENV": '"production"', __VUE_PROD_DEVTOOLS__: "false" },
  plugins: [svelte],
  logLevel: "error",
});
