// The picture of the token tree at a moment, as plain numbers. The column is a token's place in the
// text, row 0 is the trunk of what was emitted. What older rounds lost takes the nearest rows that
// are free, laid out once for a track, whatever is in view.

import { decisions } from "./decision.js";
import { ACCEPTED, EMIT, REJECTED } from "./recording/fields.js";
import { remembered } from "./recording/track.js";
import { ROOT, Round } from "./round.js";

const GAP = 1; // free columns between two branches of one row

/** @typedef {{ rows: Int16Array, most: number, ends: number[] }} Layout rows by draft row */

/** The rows of all drafted tokens of a track. */
export const treeLayout = remembered((track) => {
  /** @type {Layout} */
  const layout = { rows: new Int16Array(track.drafts.length), most: 1, ends: [] };
  for (let row = 0; row < track.rounds.length; row++) layRound(new Round(track, row), layout);
  return layout;
});

/** @param {Round} round @param {Layout} layout */
function layRound(round, layout) {
  const { verdicts } = round.track;
  const fate = (/** @type {number} */ node) => verdicts.fate[round.verdict(node)];
  /** @type {Map<number, number>} */
  const column = new Map([[ROOT, round.position - 1]]);
  for (const node of round.nodes) column.set(node, (column.get(round.parent(node)) ?? 0) + 1);
  const lost = round.nodes.filter((node) => fate(node) !== ACCEPTED);
  /** @type {Map<number, number[]>} */
  const children = new Map();
  for (const node of lost) {
    const parent = round.parent(node);
    children.set(parent, [...(children.get(parent) ?? []), node]);
  }
  const roots = lost.filter((node) => {
    const parent = round.parent(node);
    return parent === ROOT || fate(parent) === ACCEPTED;
  });
  // Nearest to the trunk.
  const tested = (/** @type {number} */ node) => (fate(node) === REJECTED ? 0 : 1);
  roots.sort((one, other) => tested(one) - tested(other) || one - other);
  for (const node of roots) place(round, node, children, column, layout);
}

/**
 * Puts one branch with everything on it where there is room.
 * @param {Round} round
 * @param {number} root
 * @param {Map<number, number[]>} children
 * @param {Map<number, number>} column
 * @param {Layout} layout
 */
function place(round, root, children, column, layout) {
  /** @type {[number, number][]} node and its row within the branch */
  const branch = [];
  let height = 0;
  const walk = (/** @type {number} */ node, /** @type {number} */ at) => {
    branch.push([node, at]);
    children.get(node)?.forEach((child, index) => walk(child, index ? ++height : at));
  };
  walk(root, 0);
  const columns = branch.map(([node]) => column.get(node) ?? 0);
  const [first, last] = [Math.min(...columns), Math.max(...columns)];
  const { ends } = layout;
  let top = 0;
  for (let row = top; row <= top + height; row++)
    if (ends[row] >= first - GAP) [top, row] = [row + 1, row];
  for (let row = top; row <= top + height; row++) ends[row] = last;
  for (const [node, at] of branch) layout.rows[round.draft(node)] = top + at + 1;
  layout.most = Math.max(layout.most, top + height + 1);
}

/** @typedef {import("./decision.js").Decision} Decision */
/** @typedef {{ x: number, y: number }} Point */
/**
 * A token of the picture. `alpha` fades what is older, `shown` is how far it has come in.
 * @typedef {Point & {
 *   one: Decision, radius: number, from: Point, alpha: number, shown: number, current: boolean,
 * }} Knot
 */
/**
 * A token's name: where its middle stands, and how much room it takes at most.
 * @typedef {Point & {
 *   text: string, width: number, height: number, alpha: number, one: Decision, bold: boolean,
 * }} Name
 */

const NARROW = 48; // pixels from one token to the next, of rounds that are over
const WIDE = [40, 104]; // and of this round: at least, at most
const PITCH = [13, 54]; // from one branch to the next
const SHARE = 0.62; // of the width is this round's
const SAMPLED = 64; // rounds: a long run is not searched through
const LETTER = 0.62; // of the type's height: a letter's width in type of equal widths
const OLDER = 0.6; // how strong what is older stands
const BROAD =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\p{ExtPict}]/u;

const clamp = (/** @type {number} */ value, /** @type {number[]} */ [least, most]) =>
  Math.min(most, Math.max(least, value));
const mix = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ share) =>
  from + (to - from) * share;
/** Begins and ends gently. @param {number} share 0 to 1 */
const gently = (share) => share * share * (3 - 2 * share);

/** @typedef {{ rows: number[], high: number, deep: number }} Fan the branches of one round */

/**
 * The rows of a round's tokens as it drafts them: the first child goes on in its parent's row, any
 * other begins one.
 * @param {Round} round
 * @returns {Fan}
 */
function fanOf(round) {
  /** @type {number[]} */
  const rows = [];
  const depths = new Map([[ROOT, -1]]);
  /** @type {Map<number, number[]>} */
  const children = new Map();
  for (const node of round.nodes) {
    const parent = round.parent(node);
    children.set(parent, [...(children.get(parent) ?? []), node]);
    depths.set(node, (depths.get(parent) ?? 0) + 1);
  }
  let high = 0;
  const walk = (/** @type {number} */ parent, /** @type {number} */ row) =>
    children.get(parent)?.forEach((node, index) => {
      rows[node] = index ? ++high : row;
      walk(node, rows[node]);
    });
  walk(ROOT, 0);
  return { rows, high: high + 1, deep: Math.max(...depths.values()) + 1 };
}

/** The room that a round takes at most, as some of the rounds have it. */
const roomOf = remembered((track) => {
  const { length } = track.rounds;
  const room = { high: 1, deep: 1 };
  for (let row = 0; row < length; row += Math.max(1, Math.floor(length / SAMPLED))) {
    const { high, deep } = fanOf(new Round(track, row));
    Object.assign(room, { high: Math.max(room.high, high), deep: Math.max(room.deep, deep) });
  }
  return room;
});

/** What a picture of the tree is drawn from. @typedef {object} Moment
 * @property {import("./recording/recording.js").Recording} recording
 * @property {import("./recording/track.js").Track} track
 * @property {import("./slow-motion.js").SlowMotion} slow  of the round in the middle
 * @property {import("./decision.js").Reference | null} focus
 */
/** @typedef {{ width: number, height: number, em: number, only: boolean }} Paper em: of the type */

/**
 * The picture of the tree at a moment: one function of the recording and the time. This round
 * stands in the middle and large, what it drafts in rows beneath the trunk; what is accepted rises
 * to it; when the next round begins, what was lost sinks and fades.
 * @param {Moment} moment
 * @param {Paper} paper
 */
export function treePicture(moment, paper) {
  const place = placing(moment, paper);
  const older = olderKnots(moment, paper, place);
  const before = (/** @type {Knot} */ { one }) => isKept(one) && one.position === place.here - 1;
  const knots = [...(paper.only ? older.filter(before) : older), ...knotsOf(moment, place)];
  const { slow } = moment;
  const head = knots.find(({ one }) => one.at.round === slow.row && isAt(one, moment.focus));
  const [first, last] = [place.start - 0.5, place.start + place.columns - 0.5].map(place.x);
  return {
    knots,
    names: namesOf(knots, moment, paper, place),
    trunk: { y: place.trunk, from: Math.max(0, place.x(0)), to: place.x(place.end) },
    /** where this round begins; how far the target's pass has come, or the token that is looked at,
     * NaN before any */
    first,
    head: slow.step?.kind === "verify" ? mix(first, last, slow.sweep) : (head?.x ?? NaN),
  };
}

/** Whether a token is of the text. @param {Decision} one */
const isKept = (one) => one.at.node === EMIT || one.state === "accepted";

/** @param {Decision} one @param {import("./decision.js").Reference | null} at */
const isAt = (one, at) => at !== null && one.at.round === at.round && one.at.node === at.node;

/**
 * Where columns and rows stand.
 * @param {Moment} moment
 * @param {Paper} paper
 */
function placing({ track, slow }, { width, height, em, only }) {
  /** @type {Map<number, Fan>} */
  const fans = new Map();
  const fan = (/** @type {number} */ of) => {
    const found = fans.get(of) ?? fanOf(new Round(track, of));
    fans.set(of, found);
    return found;
  };
  const room = roomOf(track);
  const { position } = track.rounds;
  const row = Math.max(0, slow.row);
  const columns = (only ? fan(row).deep : Math.max(room.deep, fan(row).deep)) + 1;
  const arrived = only ? 1 : gently(slow.arrived);
  const here = position[row] ?? 0;
  const start = mix(position[Math.max(0, row - 1)] ?? 0, here, arrived);
  const wide = clamp((width * (only ? 0.86 : SHARE)) / (columns + Number(only)), [
    WIDE[0],
    only ? Infinity : WIDE[1],
  ]);
  const narrow = only ? wide : Math.min(NARROW, wide);
  const left = width / 2 - (wide * (columns - 1 - Number(only))) / 2;
  const high = only ? fan(row).high : Math.max(room.high, fan(row).high);
  const trunk = Math.max((only ? 3.4 : 2.6) * em, height * (high > 2 ? 0.2 : 0.36));
  const pitch = clamp((height - trunk - (only ? 3 : 2.6) * em) / high, [
    PITCH[0],
    only ? 6 * em : PITCH[1],
  ]);
  const joined = slow.tokens.filter((token) => token.joined === 1).length;
  return {
    ...{ em, fan, here, start, wide, narrow, trunk, pitch, columns, arrived, left },
    end: here + joined - 1,
    /** @param {number} at a place in the text */
    x: (at) => left + (at - start) * (at >= start ? wide : narrow),
    /** @param {number} line rows beneath the trunk */
    y: (line) => trunk + line * pitch,
  };
}

/** @typedef {ReturnType<typeof placing>} Place */

/** Size is entropy: its area grows as that does. @param {Decision} one @param {Place} place */
const radiusOf = ({ entropy }, { pitch, em }) =>
  Math.min(
    pitch * 0.4,
    em * Math.sqrt(0.16 + 0.17 * Math.min(3.5, isNaN(entropy) ? 0.6 : entropy)),
  );

/** The tokens of this round. @param {Moment} moment @param {Place} place @returns {Knot[]} */
function knotsOf({ slow, track }, place) {
  const fan = place.fan(slow.row);
  const root = { x: place.x(track.rounds.position[slow.row] - 1), y: place.trunk };
  /** @type {Map<number, Point>} */
  const stood = new Map([[ROOT, root]]);
  return slow.tokens.map(({ one, shown, joined }) => {
    const lane = one.at.node === EMIT ? 0 : fan.rows[one.at.node] + 1;
    const at = { x: place.x(one.position), y: place.y(lane * (1 - gently(joined))) };
    if (one.at.node !== EMIT) stood.set(one.at.node, at);
    const from = stood.get(one.parent) ?? at;
    return { one, ...at, from, radius: radiusOf(one, place), alpha: 1, shown, current: true };
  });
}

/**
 * The tokens of the rounds before, as far as they are in view: the text's on the trunk, what was
 * lost on its way down to rows of its own, beneath this round's.
 * @param {Moment} moment
 * @param {Paper} paper
 * @param {Place} place
 * @returns {Knot[]}
 */
function olderKnots({ recording, track, slow }, { height }, place) {
  const { rows } = treeLayout(track);
  const { position } = track.rounds;
  const { fan, arrived, narrow, start, left, columns } = place;
  /** @type {Knot[]} */
  const knots = [];
  /** How far a round pushes down what an older one lost. */
  const pushed = (/** @type {number} */ older, /** @type {number} */ by) =>
    by > older && position[older] + fan(older).deep >= position[by] ? fan(by).high : 0;
  const seen = Math.floor(start - left / narrow) - columns;
  const from = track.output.round[Math.max(0, seen)] ?? 0;
  for (let row = from; row < slow.row; row++) {
    const round = new Round(track, row);
    const last = row === slow.row - 1;
    const stood = new Map([[ROOT, { x: place.x(round.position - 1), y: place.trunk }]]);
    for (const one of decisions(recording, track, row)) {
      const { node } = one.at;
      const kept = isKept(one);
      const line = rows[round.draft(node)];
      const before = last ? fan(row).rows[node] + 1 : line + pushed(row, slow.row - 1);
      const now = mix(before, line + pushed(row, slow.row), arrived);
      const at = { x: place.x(one.position), y: kept ? place.trunk : place.y(now) };
      if (node !== EMIT) stood.set(node, at);
      const alpha = last ? mix(1, OLDER, arrived) : OLDER;
      const radius = radiusOf(one, place) * (last ? mix(1, 0.75, arrived) : 0.75);
      const edge = { from: stood.get(one.parent) ?? at, radius, alpha };
      if (at.y < height) knots.push({ one, ...at, ...edge, shown: 1, current: false });
    }
  }
  return knots;
}

/**
 * The names of the tokens, none over another: what is looked at first, then this round's, then the
 * text backwards. What has no room stands without.
 * @param {Knot[]} knots
 * @param {Moment} moment
 * @param {Paper} paper
 * @param {Place} place
 * @returns {Name[]}
 */
function namesOf(knots, { focus, slow }, { em, width, height }, place) {
  /** @type {Name[]} */
  const names = [];
  const beside = place.pitch < 2.6 * em;
  const rank = (/** @type {Knot} */ { one, current }) => (isAt(one, focus) ? 2 : Number(current));
  const order = knots
    .filter(({ one, current }) => current || isKept(one) || isAt(one, focus))
    .sort((one, other) => rank(other) - rank(one) || other.x - one.x);
  const high = em * 1.15;
  for (const knot of order) {
    const room = (knot.current ? place.wide : place.narrow) - 4;
    const side = beside && knot.y > place.trunk + 1 && knot.current;
    const most = side ? room - 2 * knot.radius - 4 : room;
    const text = shortened(knot.one.label, most / (em * LETTER));
    if (!text) continue;
    const wide = widthOf(text) * em * LETTER;
    const far = knot.radius + high * 0.7 + (isAt(knot.one, focus) ? 3 : 0);
    const up = isKept(knot.one) ? clamp((place.y(1) - knot.y) / place.pitch, [0, 1]) : 0;
    const name = {
      ...{ text, width: wide, height: high, one: knot.one, bold: isAt(knot.one, focus) },
      x: side ? knot.x + knot.radius + 3 + wide / 2 : knot.x,
      y: side ? knot.y - high * 0.55 : knot.y + mix(far, -far, up),
      alpha: knot.current ? knot.shown : slow.row - knot.one.at.round > 1 ? 0.6 : 0.75,
    };
    if (name.x - wide / 2 < 0 || name.x + wide / 2 > width) continue;
    if (name.y < high / 2 || name.y + high / 2 > height) continue;
    if (names.every((other) => areApart(name, other))) names.push(name);
  }
  return names;
}

/** Whether two names do not touch. @param {Name} one @param {Name} other */
const areApart = (one, other) =>
  Math.abs(one.x - other.x) >= (one.width + other.width) / 2 + 2 ||
  Math.abs(one.y - other.y) >= (one.height + other.height) / 2;

/** A text's width in letters. @param {string} text */
const widthOf = (text) => [...text].reduce((sum, letter) => sum + (BROAD.test(letter) ? 2 : 1), 0);

/** As much of a text as so many letters hold. @param {string} text @param {number} letters */
function shortened(text, letters) {
  if (widthOf(text) <= letters) return text;
  let [kept, room] = ["", letters - 1];
  for (const letter of text) {
    room -= widthOf(letter);
    if (room < 0) break;
    kept += letter;
  }
  return kept && `${kept}…`;
}
