// Prints the player's numbers for a recording as JSON: `node info.js FILE`. Held against
// `specrecord info --json`.
import { readFile } from "node:fs/promises";
import { openRecording } from "../../../player/core/recording/recording.js";
import { recordingInfo } from "../../../player/core/measures/info.js";

process.stdout.write(
  JSON.stringify(
    recordingInfo(await openRecording(new Uint8Array(await readFile(process.argv[2])))),
  ),
);
