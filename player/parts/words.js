// The words on screen, each explained in a sentence: the glossary that every one of them leads to.
// Its lines are those of the site's, site/glossary.toml.

import glossary from "../core/glossary.json" with { type: "json" };
import { markup, plan } from "../dom/dom.js";

/** @type {Record<string, string>} */
export const WORDS = glossary;

/**
 * A word that leads to its line.
 * @param {string} word
 * @param {import("../element/actions.js").Actions} act
 * @param {...import("../dom/dom.js").Child} shown  the word itself, unless told otherwise
 */
export const term = (word, act, ...shown) => markup`
  <button class="term" title="${WORDS[word]}"
    onclick="${() => act.help(word)}">${shown.length ? shown : word}</button>`;

/** A word whose line shows where it stands, on hover, focus or tap. @param {string} word */
export const explained = (word) =>
  plan("dfn.word", { tabindex: 0, "data-says": WORDS[word] }, word);
