// The page for a frame: `embed.html?src=../recordings/run.specrec.gz&view=round&theme=dark`. Every
// parameter is an attribute of the element. It tells the page around it how tall it would be, and
// hands on the keys it has no use for. Recordings come from its own site, and from those that its
// Content-Security-Policy names: an address that anybody can write shall not show anything under
// this site's name.

import { SpecPlayer } from "./define.js";

const [ALL, ONE] = [720, 520]; // px, as in styles/layout.css: of all views, of one alone
const FORWARDED = /^(Arrow\w+|Page\w+|Home|End|Escape| )$/;

const player = new SpecPlayer();
const wanted = new URLSearchParams(location.search);
for (const name of SpecPlayer.observedAttributes)
  if (name !== "src" && wanted.has(name)) player.setAttribute(name, wanted.get(name) ?? "");
player.setAttribute("loading", "eager");
document.querySelector("main")?.replaceChildren(player);
show(wanted.get("src") ?? "");

/** @param {string} source */
function show(source) {
  const address = URL.canParse(source, location.href) ? new URL(source, location.href) : null;
  if (!source) player.refuse("frame", "its address names no recording (src=)");
  else if (address && (address.origin === location.origin || allowed().includes(address.origin)))
    player.setAttribute("src", source);
  else
    player.refuse(
      "recording",
      `it is not of this site, and the site does not let its frame show what comes from ` +
        `${address?.origin ?? source} (embed_sources in specrecord.toml)`,
    );
}

/** Other origins that recordings may come from. */
function allowed() {
  const policy = document.querySelector("meta[http-equiv]")?.getAttribute("content") ?? "";
  return /connect-src ([^;]*)/.exec(policy)?.[1].split(" ") ?? [];
}

/** @param {{ height: number } | { key: string, shift: boolean }} message */
const post = (message) => parent !== window && parent.postMessage({ specrecord: message }, "*");
/** It fills the frame that it gets; this is the height it would have in a page. */
const tell = () =>
  post({ height: [null, "all", "race", "whatif"].includes(wanted.get("view")) ? ALL : ONE });
tell();
addEventListener("message", ({ data }) => data?.specrecord?.ask === "height" && tell());

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !FORWARDED.test(event.key)) return;
  if (event.key === "Escape") /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
  post({ key: event.key, shift: event.shiftKey });
});
