// Writes the golden layouts anew: `node tests/player/helpers/golden.js`. Look at the diff before
// you keep it.
import { writeFile } from "node:fs/promises";
import { layoutOf, RECORDINGS } from "./layout.js";
import { bytes, goldenPath } from "./load.js";

for (const name of RECORDINGS) {
  const layout = await layoutOf(await bytes(`${name}.specrec`));
  const lines = Object.entries(layout).map(([key, value]) => {
    if (!Array.isArray(value)) return `${JSON.stringify(key)}: ${value}`;
    return `${JSON.stringify(key)}: [\n${value.map((one) => JSON.stringify(one)).join(",\n")}\n]`;
  });
  const address = new URL(`../${goldenPath(name)}`, import.meta.url);
  await writeFile(address, `{\n${lines.join(",\n")}\n}\n`);
}
