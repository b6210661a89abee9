// Bytes to text: half characters, signs for what cannot be seen, numbers that never look equal when
// they are not.
import assert from "node:assert/strict";
import test from "node:test";
import { apart, listed, probability, rate, distinct } from "../../player/core/measures/numbers.js";
import { openRecording } from "../../player/core/recording/recording.js";
import { harmless, label, uncutTokens, outputTexts } from "../../player/core/text.js";
import { bytes } from "./helpers/load.js";

const encode = (/** @type {string} */ text) => new TextEncoder().encode(text);

test("a label shows what would be invisible or dangerous", () => {
  assert.equal(label(encode(" fox")), "␣fox");
  assert.equal(label(encode("\n")), "⏎");
  assert.equal(label(encode("\u202e")), "‹U+202E›");
  assert.equal(label(encode("\u0007")), "‹U+0007›");
  assert.equal(label(new Uint8Array([0xe2, 0x82])), "‹E2 82›");
  assert.equal(label(new Uint8Array()), "‹empty›");
  assert.equal(label(undefined), "‹unknown›");
  assert.ok(label(encode("x".repeat(10_000))).length < 60);
  assert.equal(harmless("a\u202eb\u0000\n"), "a‹U+202E›b‹U+0000›\n");
});

test("a slow rate has a decimal", () => {
  assert.deepEqual(
    [4.56, 9.97, 123.4, 0].map((value) => rate(value, 0)),
    ["4.6", "10", "123", "0"],
  );
});

/** @param {Uint8Array<ArrayBuffer>[]} tokens */
function texts(tokens) {
  const track = { output: { length: tokens.length, token: tokens.map((_, index) => index) } };
  return outputTexts(
    /** @type {any} */ ({ tokens: new Map(tokens.map((token, index) => [index, token])) }),
    /** @type {any} */ (track),
  );
}

test("a character over several tokens belongs to the one that completes it", () => {
  assert.deepEqual(
    texts([encode("a"), new Uint8Array([0xe2]), new Uint8Array([0x82, 0xac]), encode("b")]),
    ["a", "", "€", "b"],
  );
  assert.deepEqual(
    texts([new Uint8Array([0xf0, 0x9f]), new Uint8Array([0xa6]), new Uint8Array([0x8a])]),
    ["", "", "🦊"],
  );
  assert.equal(texts([new Uint8Array([0xe2]), encode("b")]).join(""), "\ufffdb");
  assert.equal(texts([new Uint8Array([0xe2, 0x82])]).join(""), "\ufffd");
});

test("the text is the UTF-8 of the concatenated bytes", async () => {
  for (const name of ["standard", "hostile"]) {
    const recording = await openRecording(await bytes(`fixtures/${name}.specrec`));
    const { output } = recording.main;
    const parts = Array.from({ length: output.length }, (_, index) => [
      ...(recording.tokens.get(output.token[index]) ?? []),
    ]);
    assert.equal(
      outputTexts(recording, recording.main).join(""),
      new TextDecoder().decode(new Uint8Array(parts.flat())),
    );
  }
});

test("numbers that are compared are distinct apart", () => {
  assert.equal(apart(0.6201, 0.6199), "0.6201");
  assert.equal(apart(0.31, 0.62), "0.31");
  assert.deepEqual(distinct([0.5, 0.50004]), ["0.50000", "0.50004"]);
  assert.deepEqual(distinct([0.25, NaN, 0.25]), ["0.250", "unknown", "0.250"]);
  assert.deepEqual(distinct([0.428, 1.3e-10]), ["0.428", "1.3×10⁻¹⁰"]);
  assert.deepEqual(distinct([3.5e-8, 0.935, 0.99998]), ["3.5×10⁻⁸", "0.935", "0.99998"]);
  assert.deepEqual(distinct([0.99998, 1, 0.999983]), ["0.999980", "1", "0.999983"]);
  assert.deepEqual(
    [0.62, 0.1, 0.014, 0.0031, 1.7e-5].map((value) => probability(value)),
    ["0.62", "0.10", "0.014", "0.0031", "1.7×10⁻⁵"],
  );
  assert.equal(probability(NaN), "unknown");
  assert.deepEqual(
    [listed(1, { step: 2 ** -11 }), listed(1, {}), listed(0.5, { step: 2 ** -11 })],
    [">0.999", "1", "0.50"],
  );
  assert.notEqual(probability(0.99999), "1.00");
});

test("tokens after the text that was kept are known", async () => {
  const recording = await openRecording(await bytes("fixtures/standard.specrec"));
  const { main } = recording;
  const sizes = Array.from(
    main.output.token.subarray(0, main.output.length),
    (token) => recording.tokens.get(token)?.length ?? 0,
  );
  const finish = { time: main.end, reason: "stop", tokens: main.output.length };
  const kept = (/** @type {number} */ size) =>
    uncutTokens(recording, { output: main.output, finish: { ...finish, size } });
  assert.equal(kept(sizes[0] + sizes[1]), 2);
  assert.equal(kept(sizes[0] + sizes[1] + 1), 3);
  assert.equal(kept(1e9), Infinity);
});
