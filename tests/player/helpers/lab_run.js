// Runs the laboratory under Node: { request, uniforms } on standard input, the recording's bytes on
// standard output. `uniforms` are used up in order by the speculative track, so that its decisions
// can be compared with Python's.

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

import { loadPair, record } from "../../../player/lab/session.js";

const tiny = new URL("../../../specrecord/models/tiny/", import.meta.url);
const { request, uniforms } = JSON.parse(readFileSync(0, "utf8"));
const pair = await loadPair(
  async (path) => new Uint8Array(await readFile(new URL(path, tiny))).buffer,
);
let used = 0;
await record(pair, request, {
  clock: () => performance.now(),
  resolution: 1,
  send: (part) => process.stdout.write(part),
  pause: async () => {},
  stopped: () => false,
  uniforms: uniforms ? [() => uniforms[used++]] : undefined,
  machine: {},
  start: "2026-01-01T00:00:00Z",
});
