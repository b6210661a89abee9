// The formulas in JavaScript answer as theory.py does, on the grid that it wrote.

import assert from "node:assert/strict";
import test from "node:test";

import * as theory from "../../player/core/measures/theory.js";
import { json } from "./helpers/load.js";

const cases = await json("../fixtures/theory.json");
const named = (/** @type {string} */ name) =>
  name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

test("every function answers every case as Python does", () => {
  for (const [name, formula] of Object.entries(theory)) {
    const own = cases.filter((/** @type {any} */ one) => named(one.function) === name);
    assert.ok(own.length > 3, `${name} is compared`);
    for (const { arguments: given, result } of own) {
      const found = /** @type {(...given: any[]) => any} */ (formula)(...given);
      const pairs = Array.isArray(result)
        ? result.map((value, index) => [found[index], value])
        : [[found, result]];
      for (const [ours, theirs] of pairs) {
        const near = ours === theirs || Math.abs(ours - theirs) <= 1e-12 * Math.abs(theirs);
        assert.ok(near, `${name}: ${ours} for ${theirs}`);
      }
      if (Array.isArray(result)) assert.equal(found.length, result.length, name);
    }
  }
});
