// A word on screen that its line of the glossary explains, on hover, focus or tap. The lines are
// fetched when the first is asked for.

import { plan, put } from "../dom/dom.js";

/**
 * @param {string} word
 * @param {string} [text] as it stands in the sentence
 */
export function explained(word, text = word) {
  const say = async (/** @type {{ currentTarget: HTMLElement }} */ { currentTarget }) =>
    put(currentTarget, "data-says", (await import("../element/later.js")).GLOSSARY[word]);
  return plan("dfn.word", { tabindex: 0, onpointerenter: say, onfocus: say }, text);
}
