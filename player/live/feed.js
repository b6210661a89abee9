// A recording followed while it is written: its own bytes over a WebSocket, from the first one, or
// from where a lost connection left off. What is shown is decoded from the bytes that the file will
// hold, and from nothing else.

import { Growing } from "../core/recording/arriving.js";
import { parseRecording, RecordingError } from "../define.js";

const ENDED = 4000; // close codes of the server: the whole file was sent
const REFUSED = 4004; // no such recording
const FIRST_WAIT = 250; // ms until the first new attempt; doubles up to LONGEST_WAIT
const LONGEST_WAIT = 4000;

/**
 * Shows in `player` the recording that `address` streams, as it grows.
 * @param {import("../element/spec-player.js").SpecPlayer} player
 * @param {string} address a ws: address without the offset
 * @param {(state: "connected" | "waiting" | "ended" | "refused") => void} [tell]
 */
export function follow(player, address, tell = () => {}) {
  const held = new Growing();
  /** @type {import("../core/recording/recording.js").Recording | null} */
  let recording = null;
  /** @type {WebSocket | null} */
  let socket = null;
  let stopped = false;
  let wait = FIRST_WAIT;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {boolean} last */
  function take(last) {
    if (recording) recording.grow(held.bytes);
    else {
      recording = begun(held.bytes, last);
      if (recording) player.openGrowing(recording);
    }
    if (recording) player.grown(last || recording.decoder.end !== null);
  }

  function connect() {
    socket = new WebSocket(`${address}?from=${held.length}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => tell("connected");
    socket.onmessage = ({ data }) => {
      wait = FIRST_WAIT;
      held.append(new Uint8Array(data));
      take(false);
    };
    socket.onclose = ({ code }) => {
      if (stopped) return;
      if (code === ENDED) return finish("ended");
      if (code === REFUSED) return finish("refused");
      tell("waiting");
      timer = setTimeout(connect, wait);
      wait = Math.min(LONGEST_WAIT, 2 * wait);
    };
  }

  /** @param {"ended" | "refused"} how */
  function finish(how) {
    stopped = true;
    if (how === "ended" && !recording?.decoder.end) attempt(() => take(true));
    tell(how);
  }

  /** @param {() => void} action */
  function attempt(action) {
    try {
      action();
    } catch (error) {
      player.fail(error, "the recording");
    }
  }

  connect();
  return {
    held,
    stop() {
      stopped = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}

/**
 * The recording once its header and its first lane are there; null before.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {boolean} last
 */
function begun(bytes, last) {
  try {
    const recording = parseRecording(bytes);
    return recording.decoder.events > 0 && (last || hasLane(recording)) ? recording : null;
  } catch (error) {
    if (last || !(error instanceof RecordingError)) throw error;
    return null;
  }
}

/** @param {import("../core/recording/recording.js").Recording} recording */
const hasLane = (recording) => recording.main.pieces.length > 0 && recording.main.end > 0;
