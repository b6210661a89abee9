// What the player offers to scripts. Importing this registers nothing; `define.js` does.

export { SpecPlayer } from "./spec-player.js";
export {
  openRecording,
  parseRecording,
  Recording,
  RecordingError,
  sealProblem,
} from "./core/recording.js";
export { frame } from "./core/frame.js";
export { recordingInfo } from "./core/info.js";
export { decision, decisions } from "./core/decision.js";
