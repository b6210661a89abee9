// Numbers as the pages show them: as specrecord/publish/runs/numbers.py and figures/still.py word
// them.

const UNKNOWN = "not recorded";
/** @type {Record<string, string>} */
const UNITS = { ms: " ms", times: "×" };

const WHOLE = new Set([
  "k",
  "tokens",
  "rounds",
  "drafted",
  "accepted",
  "rejections",
  "emitted",
  "prompt_tokens",
]);

/** Three significant figures, trailing zeros kept, never an exponent. @param {number} value */
function figures(value) {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value
    .toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .replace("-", "−");
}

/**
 * @param {number | string | null | undefined} value what is no number says why
 * @param {string} [unit]
 */
export function shown(value, unit = "") {
  if (typeof value === "string") return value;
  if (typeof value !== "number" || Number.isNaN(value)) return UNKNOWN;
  if (unit === "count") return Math.round(value).toLocaleString("en");
  return figures(value) + (UNITS[unit] ?? "");
}

/**
 * A value in a sentence, by its key: counts whole, all else to three figures.
 * @param {string} key
 * @param {any} value
 */
export const inText = (key, value) =>
  shown(value, WHOLE.has(key) ? "count" : key.startsWith("speedup") ? "times" : "");
