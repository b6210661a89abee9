// What the player draws of a recording, as plain numbers: rows of the tree, spans of the timeline's
// lanes, bars of the laws. `node layout.js FILE` prints it; golden files hold it fast.
import { decisions } from "../../player/core/decision.js";
import { lawsAt, residual, worthShowing } from "../../player/core/laws.js";
import { timeMap } from "../../player/core/clock.js";
import { openRecording } from "../../player/core/recording.js";
import { treeLayout } from "../../player/core/tree.js";

const ROUNDS = 6;
const SIGNIFICANT = 6;

/** @param {number} value */
const short = (value) => (Number.isNaN(value) ? null : Number(value.toPrecision(SIGNIFICANT)));

/** @param {Uint8Array} data */
export async function layoutOf(data) {
  const recording = await openRecording(data);
  const { main } = recording;
  const { rows, most } = treeLayout(main);
  const map = timeMap(main, "capped");
  const rounds = Math.min(ROUNDS, main.rounds.length);
  const tree = [];
  const bars = [];
  for (let round = 0; round < rounds; round++) {
    const made = decisions(recording, main, round);
    tree.push(
      made.map((one) => [
        one.at.node,
        one.position,
        one.state,
        one.at.node < 0 || one.state === "accepted"
          ? 0
          : rows[main.rounds.draftFrom[round] + one.at.node],
      ]),
    );
    const [one] = made;
    const { target, draft } = lawsAt(recording, main, one);
    bars.push(
      worthShowing([target, draft], one.token, 8).map((id) => {
        const [above, below] = [target, draft].map((law) => law?.get(id) ?? NaN);
        return [id, short(above), short(below), short(residual(above, below, one.overlap))];
      }),
    );
  }
  const lanes = ["draft", "verify"].map((kind) => {
    const table = main.tables[kind];
    return Array.from({ length: Math.min(12, table.length) }, (_, row) =>
      [table.time[row] - table.duration[row], table.time[row]].map((time) =>
        short(map.toSeconds(time)),
      ),
    );
  });
  return { rows: most, tree, lanes, bars };
}
