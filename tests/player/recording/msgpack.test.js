// The decoder: every kind of value, and every way to go wrong.
import assert from "node:assert/strict";
import test from "node:test";
import { CutError, MalformedError, Reader } from "../../../player/core/recording/msgpack.js";

const read = (/** @type {number[]} */ ...bytes) => new Reader(new Uint8Array(bytes)).value();

test("integers of every width", () => {
  assert.equal(read(0x05), 5);
  assert.equal(read(0xff), -1);
  assert.equal(read(0xcc, 200), 200);
  assert.equal(read(0xcd, 1, 0), 256);
  assert.equal(read(0xce, 1, 0, 0, 0), 16777216);
  assert.equal(read(0xcf, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), Number.MAX_SAFE_INTEGER);
  assert.equal(read(0xd0, 0x80), -128);
  assert.equal(read(0xd1, 0xff, 0), -256);
  assert.equal(read(0xd2, 0xff, 0xff, 0xff, 0xfe), -2);
  assert.equal(read(0xd3, 255, 255, 255, 255, 255, 255, 255, 255), -1);
  assert.equal(read(0xcf, 255, 255, 255, 255, 255, 255, 255, 255), 2n ** 64n - 1n);
});

test("floats, nil, booleans, text, bytes, arrays and maps", () => {
  assert.equal(read(0xca, 0x3f, 0, 0, 0), 0.5);
  assert.equal(read(0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0), 0.5);
  assert.equal(read(0xc0), null);
  assert.equal(read(0xc3), true);
  assert.equal(read(0xa2, 0x68, 0x69), "hi");
  assert.deepEqual([...read(0xc4, 2, 7, 8)], [7, 8]);
  assert.deepEqual(read(0x92, 1, 0x91, 2), [1, [2]]);
  assert.deepEqual({ ...read(0x81, 0xa1, 0x61, 1) }, { a: 1 });
});

test("a key named __proto__ is a key and nothing more", () => {
  const map = read(0x81, 0xa9, ...new TextEncoder().encode("__proto__"), 0x80);
  assert.deepEqual(Object.keys(map), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(map), null);
});

test("extension types, keys that are no text, and text that is not UTF-8 are no values", () => {
  for (const bytes of [
    [0xd4, 1, 9],
    [0xc7, 2, 1, 9, 9],
    [0x81, 1, 2],
    [0xa1, 0xff],
  ])
    assert.throws(() => read(0x91, ...bytes), MalformedError);
  assert.equal(read(0xa3, 0xef, 0xbb, 0xbf), "\ufeff");
});

test("bytes that end early are a cut, whatever length they claim", () => {
  for (const bytes of [
    [0xdd, 255, 255, 255, 255],
    [0xdf, 255, 255, 255, 255],
    [0xc6, 255, 255, 255, 255],
    [0xdb, 255, 0, 0, 0],
    [0xcb, 1],
    [],
  ]) {
    assert.throws(() => read(...bytes), CutError);
  }
});

test("a nest without end and a byte that means nothing are malformed", () => {
  assert.throws(() => new Reader(new Uint8Array(1e6).fill(0x91)).value(), MalformedError);
  assert.throws(() => read(0xc1), MalformedError);
  const nested = (/** @type {number} */ deep) => read(...new Array(deep - 1).fill(0x91), 0x90);
  assert.ok(nested(64));
  assert.throws(() => nested(65), MalformedError);
});
