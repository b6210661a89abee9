// Layouts as files: a change of what is drawn shows in the diff. `node
// tests/player/helpers/golden.js` writes them anew.
import assert from "node:assert/strict";
import test from "node:test";
import { layoutOf, RECORDINGS } from "../helpers/layout.js";
import { bytes, goldenPath, json } from "../helpers/load.js";

for (const name of RECORDINGS) {
  test(`${name}: every token, span and mark is laid out as before`, async () => {
    const layout = await layoutOf(await bytes(`${name}.specrec`));
    assert.deepEqual(JSON.parse(JSON.stringify(layout)), await json(goldenPath(name)));
  });

  test(`${name}: lost branches never share a place`, async () => {
    const { tokens } = await layoutOf(await bytes(`${name}.specrec`));
    const places = tokens.filter(({ row }) => row > 0).map(({ at, row }) => `${at[4]} ${row}`);
    assert.equal(new Set(places).size, places.length);
  });
}
