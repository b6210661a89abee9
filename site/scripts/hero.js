// The first page: once its race is over and its result has stood for a while, one round of the same
// run in slow motion, and then rest. The page leads only until the reader does anything here, and
// never where less motion is asked for; two buttons show either at any time.

const STANDS = 4000; // ms for which the result stands
const SECONDS = 24; // that the round takes
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** @typedef {import("../../player/element/spec-player.js").SpecPlayer} SpecPlayer */
/** @typedef {"race" | "round"} What */

const show = /** @type {HTMLElement} */ (document.querySelector(".show"));
const race = /** @type {import("../../player/element/spec-race.js").SpecRace} */ (
  show.querySelector("spec-race")
);
const buttons = [...show.querySelectorAll("button")];
/** @type {Promise<SpecPlayer> | undefined} */
let opened;
/** @type {What} what was asked for last: the player of the round may still be on its way */
let asked = "race";
let leads = !STILL.matches;
let inView = true;

const picture = () => new Promise((done) => requestAnimationFrame(done));

/** The player of the round, fetched when it is first wanted; it stands at the round's begin. */
function player() {
  opened ??= (async () => {
    const one = /** @type {SpecPlayer} */ (document.createElement("spec-player"));
    const round = { src: race.getAttribute("src"), view: "round", "slow-motion": SECONDS };
    const settings = { ...round, header: "none", link: "off", loading: "eager" };
    for (const [name, value] of Object.entries(settings)) one.setAttribute(name, String(value));
    const ready = new Promise((done) => one.addEventListener("ready", done, { once: true }));
    /** @type {HTMLElement} */ (show.querySelector(".one-round")).append(one);
    await import(String(new URL("../player/define.js", import.meta.url)));
    await ready;
    for (let drawn = 0; drawn < 3; drawn++) await picture(); // its views come one after another
    return one;
  })();
  return opened;
}

/** @param {What} what */
function choose(what) {
  show.dataset.shows = what;
  for (const one of buttons) one.setAttribute("aria-pressed", String(one.value === what));
}

/** Shows the round, told once from its begin; where motion is not wanted, as it ends. */
async function showRound() {
  asked = "round";
  race.pause();
  const one = await player();
  if (asked !== "round") return;
  const { scene, store } = one;
  const [from] = store.state.span ?? [];
  if (!scene || from === undefined) return;
  choose("round");
  const row = scene.track.rounds.time.indexOf(from);
  const rest = () => one.goToRound(scene.track.rounds.index[row]);
  if (STILL.matches) return rest();
  one.seek(from - scene.track.start);
  one.play();
  const look = () => {
    if (one.paused) return;
    if (one.screen?.round === row && !one.screen.slow.step) rest();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

function showRace() {
  asked = "race";
  opened?.then((one) => one.pause());
  choose("race");
  if (!STILL.matches) race.play();
}

for (const kind of ["pointerdown", "keydown", "focusin"])
  show.addEventListener(kind, () => (leads = false), { capture: true });
for (const one of buttons)
  one.addEventListener("click", one.value === "round" ? showRound : showRace);
race.addEventListener("ended", async () => {
  if (!leads) return;
  await Promise.all([player(), new Promise((done) => setTimeout(done, STANDS))]);
  if (leads && inView) await showRound();
  leads = false;
});
new IntersectionObserver((entries) => {
  inView = entries.some((entry) => entry.isIntersecting);
  if (!inView) opened?.then((one) => one.pause());
}).observe(show);
show.dataset.shows = "race";
