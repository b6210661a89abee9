// The words on screen, each with its line of the glossary, which is the site's (site/glossary.toml).

import glossary from "../core/glossary.json" with { type: "json" };
import { plan } from "../dom/dom.js";

/** @type {Record<string, string>} */
export const WORDS = glossary;

/**
 * A word whose line shows where it stands, on hover, focus or tap.
 * @param {string} word
 * @param {string} [text] as it stands in the sentence
 */
export const explained = (word, text = word) =>
  plan("dfn.word", { tabindex: 0, "data-says": WORDS[word] }, text);
