// A recording followed while it is written: its own bytes over a WebSocket, from the first one, or
// from where a lost connection left off. What is shown is decoded from the bytes that the file will
// hold, and from nothing else.

import { GrowingRecording } from "./growing.js";

const ENDED = 4000; // close codes of the server: the whole file was sent
const REFUSED = 4004; // no such recording
const FIRST_WAIT = 250; // ms until the first new attempt; doubles up to LONGEST_WAIT
const LONGEST_WAIT = 4000;

/**
 * Keeps a WebSocket open, as long as `closed` answers that it shall be opened again.
 * @param {() => string} address
 * @param {(data: any) => void} hear
 * @param {(code: number) => boolean} closed
 */
export function connect(address, hear, closed) {
  let wait = FIRST_WAIT;
  /** @type {WebSocket} */
  let socket;
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const open = () => {
    socket = new WebSocket(address());
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      wait = FIRST_WAIT;
      hear(data);
    };
    socket.onclose = ({ code }) => {
      if (!closed(code)) return;
      timer = setTimeout(open, wait);
      wait = Math.min(LONGEST_WAIT, 2 * wait);
    };
  };
  open();
  return {
    /** @param {Record<string, unknown>} message */
    send: (message) => socket.send(JSON.stringify(message)),
    close() {
      clearTimeout(timer);
      socket.close();
    },
  };
}

/**
 * Shows in `player` the recording that `address` streams, as it grows; answers with what ends that.
 * @param {import("../element/spec-player.js").SpecPlayer} player
 * @param {string} address a ws: address without the offset
 * @param {() => void} ended called once, when the recording is whole
 */
export function follow(player, address, ended) {
  const growing = new GrowingRecording(player, ended);
  let stopped = false;
  const connection = connect(
    () => `${address}?from=${growing.held.length}`,
    (data) => !stopped && growing.append(new Uint8Array(data)),
    (code) => {
      if (code === ENDED && !stopped && !growing.recording?.decoder.end) finish();
      return !stopped && code !== ENDED && code !== REFUSED;
    },
  );
  function finish() {
    try {
      growing.show(true);
    } catch (error) {
      player.fail(error, "the recording");
    }
  }
  return () => {
    stopped = true;
    connection.close();
  };
}
