// A term of the field with its line of the glossary, which shows on hover, focus or tap.

import glossary from "../core/glossary.json" with { type: "json" };
import { plan } from "../dom/dom.js";

/**
 * @param {keyof typeof glossary} key
 * @param {string} [text] as it stands in the sentence
 */
export const term = (key, text = key) =>
  plan("dfn.term", { tabindex: 0, "data-says": glossary[key] }, text);
