// The formulas in JavaScript answer as theory.py does, on the grid that it wrote.

import assert from "node:assert/strict";
import test from "node:test";

import * as theory from "../../player/core/theory.js";
import { json } from "./load.js";

const cases = await json("../../fixtures/theory.json");
const named = (/** @type {string} */ name) =>
  name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

test("every function answers every case as Python does", () => {
  assert.ok(cases.length > 100);
  for (const { function: name, arguments: given, result } of cases) {
    const found = /** @type {any} */ (theory)[named(name)](...given);
    const pairs = Array.isArray(result)
      ? result.map((value, index) => [found[index], value])
      : [[found, result]];
    for (const [ours, theirs] of pairs) {
      if (typeof theirs === "number")
        assert.ok(
          ours === theirs || Math.abs(ours - theirs) <= 1e-12 * Math.abs(theirs),
          `${name}: ${ours} for ${theirs}`,
        );
      else assert.equal(ours, theirs, name);
    }
    if (Array.isArray(result)) assert.equal(found.length, result.length, name);
  }
});
