// Layouts as files: a change of what is drawn shows in the diff. `node tests/player/golden.js`
// writes them anew.
import assert from "node:assert/strict";
import test from "node:test";
import { layoutOf } from "./layout.js";
import { bytes, golden } from "./load.js";

for (const name of ["standard", "match", "tree", "block"]) {
  test(`${name}: tree, lanes and bars are laid out as before`, async () => {
    assert.deepEqual(
      JSON.parse(JSON.stringify(await layoutOf(await bytes(`${name}.specrec`)))),
      await golden(name),
    );
  });
}

test("lost branches never share a place", async () => {
  for (const name of ["standard", "match", "tree", "block"]) {
    const { tree } = await layoutOf(await bytes(`${name}.specrec`));
    const places = tree
      .flat()
      .filter(([, , , row]) => row > 0)
      .map(([, position, , row]) => `${position} ${row}`);
    assert.equal(new Set(places).size, places.length);
  }
});
