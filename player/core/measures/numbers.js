// Numbers as text. Two numbers that are compared get as many digits as it takes to tell them apart.

const UNKNOWN = "unknown";

/**
 * A probability or a uniform: 0.62, 0.014, 0.0031, 3.1×10⁻⁷, >0.9999.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
export function probability(value, digits = 2) {
  if (value === null || value === undefined || isNaN(value)) return UNKNOWN;
  if (value === 0 || value === 1) return String(value);
  const nines = Math.max(4, digits + 1);
  if (value > 1 - 0.1 ** nines / 2 && value < 1) return `>0.${"9".repeat(nines)}`;
  if (value >= 0.1 ** (digits - 1) && value <= 1 - 0.1 ** digits / 2) return value.toFixed(digits);
  if (value > 0.5) return value < 1 ? apart(value, 1, digits) : value.toFixed(digits);
  return value < 1e-4 ? tiny(value) : value.toPrecision(2);
}

/**
 * A probability from a list that was rounded to multiples of `step`, by which one just under 1
 * became 1.
 * @param {number} value
 * @param {any} evidence the header's
 */
export const listed = (value, evidence) =>
  value === 1 && evidence?.step ? ">0.999" : probability(value);

/** 8.3×10⁻¹². @param {number} value */
function tiny(value) {
  const [digits, power] = value.toExponential(1).split("e-");
  const raised = [...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
  return `${digits === "1.0" ? "" : `${digits}×`}10⁻${raised}`;
}

/**
 * Probabilities that stand beside one another, with as many digits as it takes to tell them apart.
 * @param {number[]} values
 * @param {number} [digits]
 * @returns {string[]}
 */
export function distinct(values, digits = 3) {
  for (let places = digits; ; places++) {
    const texts = values.map((value) =>
      probability(value, places).replace(/^>.*/, () => apart(value, 1)),
    ); // `< >0.9999` is no bound
    const differ = texts.every(
      (text, index) =>
        texts.indexOf(text) === values.indexOf(values[index]) || isNaN(values[index]),
    );
    if (differ || places >= 12) return texts;
  }
}

/**
 * `value` with the fewest digits, at least `digits`, that keep it from looking like any of
 * `others`.
 * @param {number} value
 * @param {number | number[]} others
 * @param {number} [digits]
 * @returns {string}
 */
export function apart(value, others, digits = 2) {
  for (let places = digits; places < 17; places++) {
    const shown = value.toFixed(places);
    if (value !== 0 && Number(shown) === 0) continue;
    if (
      [others]
        .flat()
        .every((other) => other === value || isNaN(other) || other.toFixed(places) !== shown)
    )
      return shown;
  }
  return String(value);
}

/** A natural logarithm: -0.48. @param {number} value */
export function logarithm(value) {
  return isNaN(value) ? UNKNOWN : value === 0 ? "0" : value.toFixed(2).replace("-", "−");
}

/** Microseconds as a length of time: 310 µs, 4.9 ms, 1.24 s. @param {number} microseconds */
export function length(microseconds) {
  if (isNaN(microseconds)) return UNKNOWN;
  if (microseconds < 1000) return `${Math.round(microseconds)} µs`;
  if (microseconds < 1e6)
    return `${(microseconds / 1e3).toPrecision(3)} ms`
      .replace(/(\.\d*?)0+ /, "$1 ")
      .replace(". ", " ");
  if (microseconds < 60e6) return `${(microseconds / 1e6).toFixed(2)} s`;
  return `${Math.floor(microseconds / 60e6)} min ${Math.round((microseconds % 60e6) / 1e6)} s`;
}

/**
 * A moment with a fixed number of digits, so that a running clock does not jump.
 * @param {number} microseconds
 * @param {number} whole
 */
export function moment(microseconds, whole) {
  if (whole < 1e4) return `${(microseconds / 1e3).toFixed(3)} ms`;
  if (whole < 1e6) return `${(microseconds / 1e3).toFixed(1)} ms`;
  return `${(microseconds / 1e6).toFixed(whole < 1e8 ? 3 : 1)} s`;
}

/**
 * A rate: 0.68; null is "unknown". One without decimals has one below ten: 4.6, 41.
 * @param {number | null} value
 * @param {number} [digits]
 */
export function rate(value, digits = 2) {
  if (value === null || isNaN(value)) return UNKNOWN;
  return value.toFixed(digits === 0 && value > 0 && value < 9.95 ? 1 : digits);
}

/** Three figures: 0.612, 41.2, 1,420. @param {number | null} value */
export function figures(value) {
  if (value === null || isNaN(value)) return UNKNOWN;
  return value < 100 ? value.toPrecision(3) : whole(Number(value.toPrecision(3)));
}

/** A speed of playing: 0.02×. @param {number} speed */
export function factor(speed) {
  return `${Number(speed.toPrecision(3))}×`;
}

/** `1 token`, `3 tokens`, `12,345 tokens`. @param {number} number @param {string} noun */
export function count(number, noun) {
  return `${whole(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * A whole number with its thousands set apart: 12,345. (Intl takes longer to start than a recording
 * to open.)
 * @param {number} number
 */
export function whole(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}
