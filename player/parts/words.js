// The words on screen, each explained in a sentence: the glossary that every one of them leads to.

import { markup } from "../dom/dom.js";

/** @type {Record<string, string>} */
export const WORDS = {
  draft: "A small, quick model, or a look into the text so far, that proposes the next tokens.",
  target: "The large model whose text this is. It checks all proposed tokens in one pass.",
  token: "A piece of text as the models read and write it: a word, a part of one, a sign.",
  round: "The draft proposes, the target checks: one draft phase and one verification.",
  K: "How many tokens the draft may propose in a round.",
  T: "The temperature: at 0 the likeliest token is taken, the higher, the more chance decides.",
  rule: "How it is decided which drafted tokens are kept.",
  accepted: "A drafted token that was tested and kept.",
  rejected: "A drafted token that was tested and failed.",
  untested: "Drafted behind the first rejection: never looked at.",
  resampled: "The target's own token in a rejected one's place, drawn from what the draft missed.",
  bonus: "One more token from the same pass, when all that was drafted held.",
  u: "The coin: a random number from 0 to 1. A drafted token is kept when it falls below its bound.",
  entropy: "How open the choice was, in nats: 0 when only one token could come.",
  speedup: "Tokens per second over those of a named baseline, recorded in the same run.",
};

/**
 * A word that leads to its line.
 * @param {string} word
 * @param {import("../element/actions.js").Actions} act
 * @param {...import("../dom/dom.js").Child} shown  the word itself, unless told otherwise
 */
export const term = (word, act, ...shown) => markup`
  <button class="term" title="${WORDS[word]}"
    onclick="${() => act.help(word)}">${shown.length ? shown : word}</button>`;
