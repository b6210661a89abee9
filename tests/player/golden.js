// Writes the golden layouts anew: `node tests/player/golden.js`. Look at the diff before you keep
// it.
import { writeFile } from "node:fs/promises";
import { layoutOf } from "./layout.js";
import { bytes } from "./load.js";

for (const name of ["standard", "match", "tree", "block"]) {
  const layout = await layoutOf(await bytes(`${name}.specrec`));
  const lines = Object.entries(layout).map(
    ([key, value]) =>
      `${JSON.stringify(key)}: ${Array.isArray(value) ? `[\n${value.map((one) => JSON.stringify(one)).join(",\n")}\n]` : value}`,
  );
  await writeFile(new URL(`golden/${name}.json`, import.meta.url), `{\n${lines.join(",\n")}\n}\n`);
}
