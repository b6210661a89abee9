// Bytes and JSON of a fixture, in Node and in a browser.

/** @param {string} name relative to the tests' folder */
export async function bytes(name) {
  const address = new URL(`../${name}`, import.meta.url);
  if (address.protocol !== "file:")
    return new Uint8Array(await (await fetch(address)).arrayBuffer());
  const { readFile } = await import("node:fs/promises");
  return new Uint8Array(await readFile(address));
}

/** @param {string} name */
export const json = async (name) => JSON.parse(new TextDecoder().decode(await bytes(name)));

/** @param {Uint8Array<ArrayBuffer>} data */
export async function gzip(data) {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A small seeded generator, so that random times repeat. @param {number} seed */
export function random(seed) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Where the golden layout of a recording stands. @param {string} name */
export const goldenPath = (name) => `golden/${name.split("/").pop()}.json`;

/**
 * A recording of numbers from -32 to 255, short words and short byte strings.
 * @param {any[][]} events
 */
export function packed(events) {
  const text = (/** @type {string} */ word) => [
    0xa0 + word.length,
    ...new TextEncoder().encode(word),
  ];
  const value = (/** @type {any} */ one) => {
    if (one instanceof Uint8Array) return [0xc4, one.length, ...one];
    return typeof one === "number" ? (one < 0 ? [0x100 + one] : [0xcc, one]) : text(one);
  };
  const header = [0x82, ...text("format"), ...text("specrecord"), ...text("version"), 1];
  return new Uint8Array([
    ...header,
    ...events.flatMap((event) => [0x90 + event.length, ...event.flatMap(value)]),
  ]);
}
