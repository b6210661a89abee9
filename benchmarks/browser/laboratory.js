// How fast the laboratory is, under Node: the target alone, speculative decoding, their ratio, and
// what a pass costs.
//
//     node benchmarks/browser/laboratory.js [K] [RUNS] [FOLDER]     # 4, 6 and the embedded pair's
//
// A line for each register (T = 0.7, 128 tokens): medians of its runs, each against the target
// alone in the same run. Then the shortest of 60 passes of n tokens after a context of 150.

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { recordingInfo } from "../../player/core/measures/info.js";
import { openRecording } from "../../player/core/recording/recording.js";
import { loadPair, record } from "../../player/lab/session.js";

const [k = 4, runs = 6] = process.argv.slice(2, 4).map(Number);
const tiny = new URL("../../specrecord/models/tiny/", import.meta.url);
const folder = process.argv[4] ? pathToFileURL(`${process.argv[4]}/`) : tiny;
const PROMPTS = { story: "Once upon a time", code: "def ", records: '{"', sums: "12 + 5 =" };
const pair = await loadPair(
  async (path) => new Uint8Array(await readFile(new URL(path, folder))).buffer,
);
/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** @param {string} prompt @param {number} seed */
async function measured(prompt, seed) {
  /** @type {Uint8Array[]} */
  const parts = [];
  const sampling = { temperature: 0.7, top_k: 0, top_p: 1, max_tokens: 128, seed };
  const request = { prompt, k, tree: "chain", rule: "standard", trip: 0, baseline: true };
  await record(
    pair,
    { ...request, ...sampling },
    {
      ...{ resolution: 1, machine: {}, start: "2026-01-01T00:00:00Z" },
      send: (part) => parts.push(part),
      pause: async () => {},
      stopped: () => false,
    },
  );
  return recordingInfo(await openRecording(new Uint8Array(Buffer.concat(parts))));
}

for (const [register, prompt] of Object.entries(PROMPTS)) {
  const found = [];
  for (let seed = 0; seed <= runs; seed++) found.push(await measured(prompt, seed));
  const some = found.slice(1); // the first one compiles
  const [rate, speedup, length] = [
    some.map((info) => info.tokens_per_second),
    some.map((info) => info.speedup.autoregressive),
    some.map((info) => info.mean_acceptance_length),
  ].map((values) => median(/** @type {number[]} */ (values)));
  console.log(
    `${register.padEnd(8)} K = ${k}: alone ${(rate / speedup).toFixed(0)} tokens/s, ` +
      `speculative ${rate.toFixed(0)}, ${speedup.toFixed(2)} times, ${length.toFixed(2)} a round`,
  );
}

const context = Array.from({ length: 150 }, (_, at) => ((at * 37) % 1000) + 1);
for (const [side, model] of /** @type {const} */ ([
  ["draft", pair.draft],
  ["target", pair.target],
])) {
  const costs = [1, 2, 3, 5, 9].map((count) => {
    const tokens = context.slice(1, count);
    let least = Infinity;
    for (let pass = 0; pass < 60; pass++) {
      model.share(context.slice(0, -1));
      model.read(context.slice(0, -1));
      const start = performance.now();
      model.verify(
        context,
        tokens,
        tokens.map((_, at) => at - 1),
      );
      least = Math.min(least, performance.now() - start);
    }
    return `${count}: ${least.toFixed(2)}`;
  });
  console.log(`${side} ms a pass, by tokens: ${costs.join("  ")}`);
}
