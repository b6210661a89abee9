// Builds what ships: the player into player/dist, the site's scripts and styles into site/dist.
// `node tools/build_player.js --check` writes nothing and fails where what is committed differs.

import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDERS = ["player/dist", "site/dist"];
const COPIED = ["embed.css", "embed.html", "live/index.html"];

/** @type {import("esbuild").BuildOptions & { write: false }} */
const COMMON = {
  absWorkingDir: ROOT,
  outbase: "player",
  outdir: "player/dist",
  minify: true,
  target: "esnext", // the source is written for the browsers that it runs in
  charset: "utf8",
  logLevel: "warning",
  write: false,
};
/** @type {typeof COMMON} */
const SCRIPTS = { ...COMMON, bundle: true, format: "esm" };

/**
 * One build's files, by their paths in the repository.
 * @param {typeof COMMON} options
 * @returns {Promise<[string, string][]>}
 */
async function files(options) {
  const { outputFiles = [] } = await build(options);
  return Promise.all(
    outputFiles.map(async ({ path, text }) => [relative(ROOT, path), await smaller(path, text)]),
  );
}

/**
 * A script as terser makes it of esbuild's: a thirtieth less to load. Line ends stand in markup
 * alone, which counts what indents them for nothing; the blanks of a style sheet's custom
 * properties and conditions are those that esbuild leaves.
 * @param {string} path
 * @param {string} text
 */
async function smaller(path, text) {
  if (path.endsWith(".css")) return text.replace(/([:,]) /g, "$1");
  if (!path.endsWith(".js")) return text;
  const { code = text } = await minify(text, {
    module: true,
    ecma: 2020,
    compress: { passes: 3, pure_getters: true, unsafe_arrows: true },
  });
  return code.replace(/\n +/g, "\n");
}

/** @param {Record<string, string>} define the player's style sheets, which stand in its scripts */
function scripts(define) {
  return [
    // The element, and what is fetched when it is wanted. All stand on one chunk, the element with
    // them: in two files it is a fiftieth larger.
    files({
      ...SCRIPTS,
      define,
      entryPoints: {
        define: "player/define.js",
        compare: "player/compare.js",
        "element/later": "player/element/later.js",
      },
      inject: ["player/define.js"],
      splitting: true,
      chunkNames: "shared",
    }),
    // Pages around the element, and the worker. A page takes the element from where it is.
    files({
      ...SCRIPTS,
      entryPoints: ["embed.js", "frame.js", "lab/page.js", "lab/worker.js", "live/page.js"].map(
        (name) => `player/${name}`,
      ),
      external: ["./define.js", "../define.js", "../element/later.js"],
    }),
    files({ ...SCRIPTS, define, entryPoints: ["player/index.js"] }),
    // Everything in one script, for a page that can ask for nothing.
    files({
      ...SCRIPTS,
      define,
      entryPoints: { inline: "player/define.js" },
    }),
  ];
}

/** Everything that ships, by its path in the repository. */
async function built() {
  const sheets = {
    PLAYER_CSS: "player/player.css",
    LATER_CSS: "player/later.css",
    RACE_CSS: "player/styles/race.css",
  };
  const css = await files({ ...COMMON, bundle: true, entryPoints: sheets });
  const texts = Object.keys(sheets).map((name, at) => [name, JSON.stringify(css[at][1])]);
  const site = { outbase: "site", outdir: "site/dist" };
  const pages = ["compare", "embeds", "figures", "gallery", "hero", "leads_on", "opened"].map(
    (name) => `site/scripts/${name}.js`,
  );
  const parts = await Promise.all([
    ...scripts(Object.fromEntries(texts)),
    files({
      ...COMMON,
      bundle: true,
      entryPoints: ["place.css", "lab/ask.css", "live/page.css"].map((name) => `player/${name}`),
    }),
    files({
      ...COMMON,
      ...site,
      bundle: true,
      entryPoints: ["style.css", "pages.css", "embeds.css"].map((name) => `site/${name}`),
    }),
    files({ ...SCRIPTS, ...site, entryPoints: pages, external: ["./embeds.js", "./opened.js"] }),
  ]);
  const shipped = new Map(parts.flat());
  for (const name of COPIED)
    shipped.set(`player/dist/${name}`, await readFile(join(ROOT, "player", name), "utf8"));
  return shipped;
}

/** What stands in the built folders now. */
async function committed() {
  const found = new Map();
  for (const folder of FOLDERS) {
    const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      found.set(relative(ROOT, path), await readFile(path, "utf8"));
    }
  }
  return found;
}

/** @param {Map<string, string>} wanted */
async function check(wanted) {
  const found = await committed();
  const differing = [...new Set([...wanted.keys(), ...found.keys()])].filter(
    (path) => wanted.get(path) !== found.get(path),
  );
  if (!differing.length) return;
  console.error(`not what the source builds; run \`make player\`: ${differing.sort().join(", ")}`);
  process.exitCode = 1;
}

/** @param {Map<string, string>} wanted */
async function write(wanted) {
  for (const folder of FOLDERS) await rm(join(ROOT, folder), { recursive: true, force: true });
  for (const [path, text] of wanted) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), text);
  }
}

await (process.argv.includes("--check") ? check : write)(await built());
