// The page for a frame: `embed.html?src=../recordings/run.specrec.gz&view=round&theme=dark`. Every
// parameter is an attribute of the element. It tells the page around it how tall it is, and hands
// on the keys it has no use for.

import { SpecPlayer } from "./define.js";

const ATTRIBUTES = [
  ...SpecPlayer.observedAttributes,
  ...["theme", "autoplay", "loop", "pause-on-marks", "keys", "header"],
];
const FORWARDED = /^(Arrow\w+|Page\w+|Home|End|Escape| )$/;

const player = new SpecPlayer();
const wanted = new URLSearchParams(location.search);
for (const name of ATTRIBUTES)
  if (wanted.has(name)) player.setAttribute(name, wanted.get(name) ?? "");
player.setAttribute("loading", "eager");
const main = document.querySelector("main");
main?.replaceChildren(player);

/** @param {{ height: number } | { key: string, shift: boolean }} message */
const post = (message) => parent !== window && parent.postMessage({ specrecord: message }, "*");
new ResizeObserver(() =>
  post({ height: Math.ceil(document.documentElement.getBoundingClientRect().height) }),
).observe(document.documentElement);

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !FORWARDED.test(event.key)) return;
  if (event.key === "Escape") /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
  post({ key: event.key, shift: event.shiftKey });
});
