// Just enough of node:test and node:assert/strict for these tests to run in a browser.

/** @type {{ name: string, body: () => any }[]} */
const tests = [];

/** @param {string} name @param {() => any} body */
export default function test(name, body) {
  tests.push({ name, body });
}

/** Runs what was registered, in order. */
export async function run() {
  const results = [];
  for (const { name, body } of tests) {
    try {
      await body();
      results.push({ name, error: null });
    } catch (error) {
      results.push({
        name,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  }
  return results;
}

/** @param {unknown} value */
const plain = (value) =>
  JSON.stringify(value, (_, inner) => {
    if (inner === undefined) return "‹undefined›";
    if (typeof inner === "bigint") return `${inner}n`;
    if (inner && typeof inner === "object" && !Array.isArray(inner))
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
    return inner;
  });

/** @param {boolean} holds @param {string} message */
function claim(holds, message) {
  if (!holds) throw new Error(message);
}

/** @param {any} error @param {any} expected */
function fits(error, expected) {
  if (expected instanceof RegExp)
    claim(expected.test(String(error)), `${error} does not match ${expected}`);
  else claim(error instanceof expected, `${error} is no ${expected.name}`);
}

Object.assign(test, {
  ok: (/** @type {any} */ value, message = "not true") => claim(Boolean(value), message),
  equal: (/** @type {any} */ a, /** @type {any} */ b) =>
    claim(Object.is(a, b), `${String(a)} is not ${String(b)}`),
  notEqual: (/** @type {any} */ a, /** @type {any} */ b) =>
    claim(!Object.is(a, b), `both are ${String(a)}`),
  deepEqual: (/** @type {any} */ a, /** @type {any} */ b) =>
    claim(plain(a) === plain(b), `${plain(a)}\n  is not ${plain(b)}`),
  match: (/** @type {string} */ text, /** @type {RegExp} */ form) =>
    claim(form.test(text), `${text} does not match ${form}`),
  throws(/** @type {() => any} */ body, /** @type {any} */ expected) {
    try {
      body();
    } catch (error) {
      return fits(error, expected);
    }
    throw new Error("nothing was thrown");
  },
  async rejects(/** @type {() => Promise<any>} */ body, /** @type {any} */ expected) {
    try {
      await body();
    } catch (error) {
      return fits(error, expected);
    }
    throw new Error("nothing was thrown");
  },
});
