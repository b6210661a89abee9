// What the player offers to scripts. Importing this registers nothing; `define.js` does.

export { SpecPlayer } from "./element/spec-player.js";
export {
  openRecording,
  parseRecording,
  Recording,
  RecordingError,
  sealProblem,
} from "./core/recording/recording.js";
export { frame } from "./core/frame.js";
export { recordingInfo } from "./core/measures/info.js";
export { decision, decisions } from "./core/decision.js";
