// Reads files from standard input, many at a time, and says of each what the player's reader makes
// of it: one line of JSON a file. See readers.py.

import { recordingInfo } from "../../player/core/measures/info.js";
import {
  openRecording,
  parseRecording,
  RecordingError,
  sealProblem,
} from "../../player/core/recording/recording.js";

/** @param {Uint8Array<ArrayBuffer>} data */
async function verdict(data) {
  let recording;
  try {
    recording = data[0] === 0x1f ? await openRecording(data) : parseRecording(data);
  } catch (error) {
    if (error instanceof RecordingError) return ["refused", error.message];
    throw error;
  }
  recordingInfo(recording);
  const problem = recording.problem ?? (await sealProblem(recording));
  const damaged = /^event \d+ is damaged: (.*)$/s.exec(problem ?? "");
  const kind =
    problem === null
      ? "whole"
      : damaged
        ? "damaged"
        : problem?.startsWith("cut")
          ? "cut"
          : problem?.startsWith("no end")
            ? "incomplete"
            : "changed";
  return ["read", recording.events, kind, damaged?.[1] ?? ""];
}

/** @param {Uint8Array<ArrayBuffer>} data */
async function answer(data) {
  const start = process.cpuUsage(); // not the clock: other programs may hold the machine
  /** @type {{ verdict: unknown[], crash?: string, seconds?: number }} */
  let found;
  try {
    found = { verdict: await verdict(data) };
  } catch (error) {
    const crash = error instanceof Error ? `${error.stack}`.replaceAll("\n", " | ") : `${error}`;
    found = { verdict: ["crash"], crash: crash.slice(0, 400) };
  }
  const { user, system } = process.cpuUsage(start);
  return JSON.stringify({ ...found, seconds: (user + system) / 1e6 });
}

let held = Buffer.alloc(0);
for await (const piece of process.stdin) {
  held = Buffer.concat([held, piece]);
  while (held.length >= 8 && held.length >= 8 + held.readUInt32LE(4)) {
    const lines = [];
    let at = 8;
    for (let left = held.readUInt32LE(0); left > 0; left--) {
      const size = held.readUInt32LE(at);
      lines.push(await answer(Uint8Array.from(held.subarray(at + 4, at + 4 + size))));
      at += 4 + size;
    }
    held = held.subarray(at);
    process.stdout.write(lines.join("\n") + "\n");
  }
}
