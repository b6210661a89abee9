// Every key that the help lists does what it says, and no other is taken from the page.
import assert from "node:assert/strict";
import test from "node:test";
import { press } from "../../player/element/keys.js";
import { KEYS } from "../../player/parts/sheets.js";

/**
 * What a key makes the player do: the action and what it is given, or null.
 * @param {string} key
 * @param {{ shiftKey?: boolean, ctrlKey?: boolean, within?: string, presenting?: boolean }} [how]
 */
function pressed(key, { within = "", presenting = false, ...modifiers } = {}) {
  /** @type {any[] | null} */
  let done = null;
  const act = new Proxy(
    {},
    {
      get: (_, name) =>
        name === "presenting"
          ? () => presenting
          : (/** @type {any[]} */ ...given) =>
              void (done = [name, ...given.filter((one) => typeof one === "number")]),
    },
  );
  const matches = (/** @type {string} */ selector) => selector.split(", ").includes(within);
  const origin = {
    matches,
    closest: (/** @type {string} */ selector) => matches(selector) || null,
  };
  /** @type {any} */
  const event = { key, ...modifiers, composedPath: () => [origin] };
  const taken = press(event, /** @type {any} */ (act));
  assert.equal(taken, done !== null);
  return done;
}

test("each key does one thing", () => {
  const wanted = {
    " ": ["toggle"],
    ArrowLeft: ["token", -1],
    ArrowRight: ["token", 1],
    PageUp: ["click", -1],
    PageDown: ["click", 1],
    ",": ["event", -1],
    ".": ["event", 1],
    "<": ["speed", -1],
    ">": ["speed", 1],
    "[": ["mark", -1],
    "]": ["mark", 1],
    Home: ["share", 0],
    End: ["share", 1],
    0: ["share", 0],
    7: ["share", 0.7],
    l: ["span"],
    p: ["present"],
    v: ["scene", 1],
    V: ["scene", -1],
    n: ["notes"],
    c: ["copy"],
    o: ["open"],
    f: ["fullscreen"],
    "?": ["help"],
  };
  for (const [key, action] of Object.entries(wanted)) assert.deepEqual(pressed(key), action);
  assert.deepEqual(pressed("ArrowLeft", { shiftKey: true }), ["round", -1]);
  assert.deepEqual(pressed("ArrowRight", { shiftKey: true }), ["round", 1]);
});

test("the help lists every letter and sign that is a key", () => {
  const listed = KEYS.map(([keys, text]) => `${keys} ${text}`).join(" ");
  for (const key of [
    "l",
    "p",
    "v",
    "n",
    "c",
    "o",
    "f",
    "?",
    ",",
    ".",
    "<",
    ">",
    "[",
    "]",
    "Home",
    "End",
  ])
    assert.ok(` ${listed} `.includes(` ${key} `) || listed.includes(`; ${key} `), key);
});

test("up and down step through the tree, in the tree alone", () => {
  assert.deepEqual(pressed("ArrowUp", { within: ".branches" }), ["drafted", -1]);
  assert.deepEqual(pressed("ArrowDown", { within: ".branches" }), ["drafted", 1]);
  assert.equal(pressed("ArrowDown"), null);
});

test("keys that belong to the page or to a field are left alone", () => {
  assert.equal(pressed("l", { ctrlKey: true }), null);
  assert.equal(pressed("z"), null);
  assert.equal(pressed("7", { within: "input" }), null);
  assert.equal(pressed(" ", { within: "button" }), null);
  assert.deepEqual(pressed("?", { within: "select" }), ["help"]);
  assert.equal(pressed("Escape"), null);
  assert.deepEqual(pressed("Escape", { presenting: true }), ["present"]);
});
