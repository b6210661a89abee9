// The player's numbers for a recording, which are held against `specrecord info --json`.
import { readFile } from "node:fs/promises";
import { openRecording } from "../../../player/core/recording/recording.js";
import { recordingInfo } from "../../../player/core/measures/info.js";

/** @param {string} path */
export async function info(path) {
  return recordingInfo(await openRecording(new Uint8Array(await readFile(path))));
}
