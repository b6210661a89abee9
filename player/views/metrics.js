// The run in numbers up to the playhead, each with the formula and the counts it follows from.
// Speedups are of the whole run and name the baseline they were recorded beside.

import { figures, length, rate, whole as grouped } from "../core/measures/numbers.js";
import { countTrack, verifiedRounds } from "../core/measures/counts.js";
import { BASELINES, perPosition, rates } from "../core/measures/stats.js";
import { laneName } from "../core/race/lanes.js";
import { h, holder, markup, panel, write } from "../dom/dom.js";

const PARTS = /** @type {const} */ (["draft", "network", "queue", "verify", "other"]);

/** @returns {import("../element/screen.js").View} */
export function metricsView() {
  const cards = h("div.cards");
  const { element, note } = panel("metrics", "Numbers", cards);
  const show = holder(cards);
  let drawn = "";
  return {
    element,
    update(screen) {
      const { track, k, frame, time, whole } = screen;
      const counts = countTrack(track, time);
      const key = [
        counts.rounds,
        counts.tokens,
        counts.duration,
        whole.rounds,
        ...Object.values(screen.speedups),
      ].join();
      if (key === drawn) return;
      drawn = key;
      const end = frame.finished ? ": the whole run" : ", up to the playhead";
      const rounds = `after ${grouped(counts.rounds)} of ${grouped(whole.rounds)} rounds`;
      write(note, whole.rounds ? rounds + end : "");
      const accepted = verifiedRounds(track)
        .slice(0, counts.rounds)
        .map((one) => one.accepted);
      const histogram = new Array(accepted.reduce((most, one) => Math.max(most, one), k) + 1).fill(
        0,
      );
      for (const count of accepted) histogram[count]++;
      const positions = perPosition(accepted, k);
      const now = rates(counts);
      show([
        ...acceptance(counts, now, positions),
        ...(whole.rounds ? perRound(counts, now, histogram) : []),
        ...speed(counts, now, screen),
        ...latency(now, screen.rule === "own"),
      ]);
    },
  };
}

/** @typedef {import("../core/measures/counts.js").Counts} Counts */
/** @typedef {ReturnType<typeof rates>} Rates */
/** @typedef {import("../dom/dom.js").Child} Child */

/** @param {string} title @param {string} big @param {Child[]} rest */
const card = (title, big, rest) =>
  markup`<div class="card"><h4>${title}</h4><p class="big">${big}</p>${rest}</div>`;

/** @param {Counts} counts @param {Rates} now @param {(number | null)[]} positions S_i */
function acceptance({ accepted, drafted, rejections }, now, positions) {
  const tested = accepted + rejections;
  const share = markup`
    <p class="formula">accepted / drafted = ${accepted} / ${drafted}</p>`;
  // Of a prediction's tokens it is not told which were tested.
  const rest = isNaN(tested)
    ? []
    : markup`
      <p class="formula">
        α̂ = accepted / tested = ${accepted} / ${tested} = ${figures(now.alpha_hat)}
      </p>
      <p class="formula">overlap = mean Σ min(target, draft) = ${figures(now.overlap)}</p>
      ${columns(
        positions.map((value, index) => [`S${index + 1}`, value ?? 0, rate(value)]),
        1,
        "accepted",
        "Share of rounds whose first i drafts were all accepted",
      )}`;
  return card("Acceptance rate", figures(now.acceptance_rate), [...share, ...rest]);
}

/** @param {Counts} counts @param {Rates} now @param {number[]} histogram */
function perRound({ accepted, emitted, rounds }, now, histogram) {
  return card(
    "Tokens per round",
    figures(now.mean_acceptance_length),
    markup`
      <p class="formula">
        (accepted + emitted) / rounds = (${accepted} + ${emitted}) / ${rounds}
      </p>
      <p class="formula">rounds that accepted 0, 1, 2 … drafted tokens</p>
      ${columns(
        histogram.map((value, index) => [String(index), value, String(value)]),
        Math.max(1, ...histogram),
        "bonus",
        "Rounds by how many drafted tokens they accepted",
      )}`,
  );
}

/**
 * @param {Counts} counts
 * @param {Rates} now
 * @param {import("../element/screen.js").Screen} screen
 */
function speed(counts, now, { recording, wholeRates, speedups }) {
  const rows = BASELINES.flatMap((name) => {
    const [track, speedup] = [recording.tracks.get(name), speedups[name]];
    if (!track || speedup === null) return [];
    const alone = figures(rates(countTrack(track)).tokens_per_second);
    return markup`
      <p class="versus">
        <b>${rate(speedup)}×</b> ${laneName(recording, name).full}, recorded here: ${alone} tokens/s
      </p>`;
  });
  const none = markup`
    <p class="versus quiet">No baseline was recorded: no speedup is claimed.</p>`;
  return card(
    "Tokens per second",
    figures(now.tokens_per_second),
    markup`
      <p class="formula">
        tokens / time = ${counts.tokens} / ${length(counts.duration)};
        whole run ${figures(wholeRates.tokens_per_second)}
      </p>
      ${rows.length ? rows : none}
      <p class="formula">
        first token after ${seconds(now.ttft_s)}, then ${seconds(now.tpot_s)} a token
      </p>`,
  );
}

/** @param {Rates} now @param {boolean} own an engine's own speculation, whose draft is not timed */
function latency(now, own) {
  const parts = PARTS.flatMap((name) => {
    const took = now.latency[`${name}_s`] ?? 0;
    return took > 0 ? [{ name, took, share: (100 * took) / (now.duration_s || 1) }] : [];
  });
  return card(
    "Where the time went",
    length(now.duration_s * 1e6),
    markup`
      <span class="stack" role="img" aria-label="shares of the time">
        ${parts.flatMap(
          ({ name, share }) => markup`<i class="${name}" style="width:${share}%"></i>`,
        )}
      </span>
      <dl class="split">
        ${parts.flatMap(
          ({ name, took, share }) => markup`
            <div>
              <dt>
                <i class="swatch ${name}"></i>${
                  own && name === "verify" ? "draft and verify" : name
                }
              </dt>
              <dd>${length(took * 1e6)}</dd>
              <dd>${share.toFixed(1)} %</dd>
            </div>`,
        )}
      </dl>`,
  );
}

/**
 * @param {[string, number, string][]} values
 * @param {number} most
 * @param {string} tone
 * @param {string} title
 */
function columns(values, most, tone, title) {
  const width = 300 / Math.max(1, values.length);
  const bars = values.flatMap(([name, value, text], index) => {
    const tall = 40 * (value / most);
    const middle = index * width + width / 2;
    return markup`
      <rect x="${middle - Math.min(18, width * 0.36)}" y="${54 - tall}"
        width="${Math.min(36, width * 0.72)}" height="${Math.max(tall, 0.5)}"></rect>
      <text x="${middle}" y="${50 - tall}" text-anchor="middle">${text}</text>
      <text class="axis" x="${middle}" y="69" text-anchor="middle">${name}</text>`;
  });
  const label = values.map(([name, , text]) => `${name} ${text}`).join(", ");
  return markup`
    <svg class="columns ${tone}" viewBox="0 0 300 74" role="img" aria-label="${title}: ${label}">
      ${bars}
    </svg>`;
}

/** @param {number | null} value */
const seconds = (value) => (value === null ? "unknown" : length(value * 1e6));
