// The laboratory's worker: loads the pair when it is first asked for a run, and sends the
// recording's bytes as they come. In: { do: "run", request, base } or { do: "stop" }. Out:
// { state }, { bytes }, and { done } at the end, or { error }.

import { loadPair, record } from "./session.js";

const BREATH = 40; // ms between two moments in which a stop is heard

/** @type {import("./session.js").Pair | null} */
let pair = null;
let stopped = false;

/** @param {string} base @returns {(path: string) => Promise<ArrayBuffer>} */
const reader = (base) => async (path) => {
  const response = await fetch(new URL(path, base));
  if (!response.ok)
    throw new Error(`${path} could not be fetched: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
};

/** The clock's smallest step, in microseconds. */
function resolution() {
  const steps = Array.from({ length: 20 }, () => {
    const start = performance.now();
    let end = start;
    while (end === start) end = performance.now();
    return end - start;
  });
  return Math.max(1, Math.round(Math.min(...steps) * 1000));
}

/** What the browser says of the machine: no name, no address. */
function machine() {
  const { hardwareConcurrency, deviceMemory, platform, userAgent } = /** @type {any} */ (navigator);
  const browser = /(Firefox|Edg|Chrome|Version)\/([\d.]+)/.exec(userAgent);
  return {
    cores: hardwareConcurrency,
    memory_gib: deviceMemory,
    system: platform,
    libraries: browser ? { [browser[1] === "Version" ? "Safari" : browser[1]]: browser[2] } : {},
  };
}

/** @param {import("./session.js").Request} request @param {string} base */
async function run(request, base) {
  try {
    if (!pair) postMessage({ state: "loading the pair" });
    pair ??= await loadPair(reader(base));
    postMessage({ state: "running" });
    let breath = performance.now();
    await record(pair, request, {
      clock: () => performance.now(),
      resolution: resolution(),
      send: (bytes) => postMessage({ bytes }),
      pause: async () => {
        if (performance.now() - breath < BREATH) return;
        await new Promise((done) => setTimeout(done));
        breath = performance.now();
      },
      stopped: () => stopped,
      machine: machine(),
      start: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    });
    postMessage({ done: true });
  } catch (error) {
    postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
}

addEventListener("message", ({ data }) => {
  stopped = data.do === "stop";
  if (data.do === "run") run(data.request, data.base);
});
