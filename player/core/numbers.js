// @ts-check
// Numbers as text. Two numbers that are compared get as many digits as it takes to tell them apart.

export const UNKNOWN = "unknown";

/** A probability or a uniform: 0.62, 0.0031, 3.1e-7. @param {number | null | undefined} value @param {number} [digits] */
export function probability(value, digits = 2) {
  if (value === null || value === undefined || Number.isNaN(value)) return UNKNOWN;
  if (value === 0 || value === 1) return String(value);
  if (value >= 0.1 ** digits && value <= 1 - 0.1 ** digits / 2) return value.toFixed(digits);
  if (value > 0.5) return value < 1 ? apart(value, 1, digits) : value.toFixed(digits);
  return value < 1e-4 ? value.toExponential(1) : value.toPrecision(2);
}

/** `value` with the fewest digits, at least `digits`, that keep it from looking like any of `others`. */
/** @param {number} value @param {number | number[]} others @param {number} [digits] @returns {string} */
export function apart(value, others, digits = 2) {
  for (let places = digits; places < 17; places++) {
    const shown = value.toFixed(places);
    if (value !== 0 && Number(shown) === 0) continue;
    if ([others].flat().every((other) => other === value || Number.isNaN(other) || other.toFixed(places) !== shown)) return shown;
  }
  return String(value);
}

/** Digits after the point that tell all of `values` apart. @param {number[]} values @param {number} [digits] */
export function placesApart(values, digits = 2) {
  const known = values.filter((value) => !Number.isNaN(value));
  return Math.min(12, Math.max(digits, ...known.map((value) => (apart(value, known, digits).split(".")[1] ?? "").length)));
}

/** A natural logarithm: -0.48. @param {number} value */
export function logarithm(value) {
  return Number.isNaN(value) ? UNKNOWN : value === 0 ? "0" : value.toFixed(2).replace("-", "−");
}

/** Microseconds as a length of time: 310 µs, 4.9 ms, 1.24 s. @param {number} microseconds */
export function length(microseconds) {
  if (Number.isNaN(microseconds)) return UNKNOWN;
  if (microseconds < 1000) return `${Math.round(microseconds)} µs`;
  if (microseconds < 1e6) return `${(microseconds / 1e3).toPrecision(3)} ms`.replace(/(\.\d*?)0+ /, "$1 ").replace(". ", " ");
  if (microseconds < 60e6) return `${(microseconds / 1e6).toFixed(2)} s`;
  return `${Math.floor(microseconds / 60e6)} min ${Math.round((microseconds % 60e6) / 1e6)} s`;
}

/** A moment with a fixed number of digits, so that a running clock does not jump. @param {number} microseconds @param {number} whole */
export function moment(microseconds, whole) {
  if (whole < 1e4) return `${(microseconds / 1e3).toFixed(3)} ms`;
  if (whole < 1e6) return `${(microseconds / 1e3).toFixed(1)} ms`;
  return `${(microseconds / 1e6).toFixed(whole < 1e8 ? 3 : 1)} s`;
}

/** A rate: 0.68; null is "unknown". @param {number | null} value @param {number} [digits] */
export function rate(value, digits = 2) {
  return value === null || Number.isNaN(value) ? UNKNOWN : value.toFixed(digits);
}

/** A speed of playing: 0.02×. @param {number} speed */
export function factor(speed) {
  return `${Number(speed.toPrecision(3))}×`;
}

/** `1 token`, `3 tokens`, `12,345 tokens`. @param {number} number @param {string} noun */
export function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
