// The model that JavaScript derives of a run is Python's, for every recording of the gallery.

import assert from "node:assert/strict";
import test from "node:test";

import { estimate } from "../../player/core/measures/estimate.js";
import { openRecording } from "../../player/core/recording/recording.js";
import * as model from "../../player/core/measures/run-model.js";
import { bytes, json } from "./helpers/load.js";

const cases = await json("../fixtures/estimates.json");
const CLOSE = 1e-9;

/**
 * Numbers within a billionth, all else alike.
 * @param {any} ours @param {any} theirs @param {string} where
 */
function assertClose(ours, theirs, where) {
  if (typeof theirs === "number") {
    const apart = Math.abs(ours - theirs);
    assert.ok(apart <= CLOSE * Math.max(1, Math.abs(theirs)), `${where}: ${ours} for ${theirs}`);
  } else if (theirs && typeof theirs === "object") {
    assert.deepEqual(Object.keys(ours), Object.keys(theirs), where);
    for (const key of Object.keys(theirs)) assertClose(ours[key], theirs[key], `${where}.${key}`);
  } else assert.equal(ours, theirs, where);
}

for (const [name, expected] of Object.entries(cases)) {
  test(`the model of ${name}`, async () => {
    const recording = await openRecording(await bytes(`../../recordings/${name}.specrec`));
    const found = estimate(recording);
    if (!found) return assert.equal(expected, null);
    const far = model.atRoundTrip(found, 0.02);
    const ours = {
      model: found,
      best_k: model.bestK(found),
      best_k_text: model.bestKText(found),
      break_even_s: model.breakEven(found),
      rates: found.tried.map((k) => model.rateOf(found, k)),
      speedups: found.tried.map((k) => model.speedupOf(found, k)),
      far: found.tried.map((k) => model.speedupOf(far, k)),
    };
    return assertClose(ours, expected, name);
  });
}
