// Registers <spec-player>: the only side effect of this folder. Loading it twice is harmless.

import { SpecPlayer } from "./element/spec-player.js";

if (!customElements.get("spec-player")) customElements.define("spec-player", SpecPlayer);

export { SpecPlayer };
export { parseRecording, RecordingError } from "./core/recording/recording.js";
