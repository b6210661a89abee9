// Answers line by line what Python's tests ask of the player's core, in one process for all of
// them: `["info", PATH]` -> `{"answer": …}`, or `{"error": …}`.
import { createInterface } from "node:readline";
import { info } from "./info.js";
import { lists } from "./lists.js";
import { property } from "./property.js";

/** @type {Record<string, (path: string, count: number) => Promise<unknown>>} */
const QUESTIONS = { info, lists, property };

for await (const line of createInterface({ input: process.stdin })) {
  const [question, path, count] = JSON.parse(line);
  const said = await QUESTIONS[question](path, count).then(
    (answer) => ({ answer }),
    (error) => ({ error: String(error.stack) }),
  );
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
