// What to put into another page: with the address at which this site stands, showing what the
// reader chose, and copied by a button. Fetched when a reader opens the list.

const look = new URL("../embeds.css", import.meta.url).href;
document.head.append(
  Object.assign(document.createElement("link"), { rel: "stylesheet", href: look }),
);
const box = /** @type {HTMLElement} */ (document.querySelector(".embeds"));
const form = /** @type {HTMLFormElement} */ (box.querySelector(".choose"));
const player = /** @type {any} */ (document.querySelector("spec-player"));
const codes = [...box.querySelectorAll("code")].filter((code) => code.closest("figure"));
const address = new URL("../", location.href).href;
// As they were written, each with the site's address: a quote stands before every one of them.
const written = codes.map((code) =>
  (code.textContent ?? "").replaceAll(`"${box.dataset.root}`, `"${address}`),
);

/** What was chosen, by the names of the player's attributes. */
function chosen() {
  const choice = new FormData(form);
  const { round = 0, track } = player?.screen ?? {};
  return Object.entries({
    view: choice.get("view"),
    round: choice.has("round") && track ? String(track.rounds.index[Math.max(0, round)]) : null,
    present: choice.has("present") ? "on" : null,
  }).filter(([, value]) => value);
}

function show() {
  const attributes = chosen().map(([name, value]) => ` ${name}="${value}"`);
  const parameters = chosen().map(([name, value]) => `&amp;${name}=${value}`);
  codes.forEach((code, index) => {
    code.textContent = written[index]
      .replace("<spec-player", `<spec-player${attributes.join("")}`)
      .replace(/(embed\.html\?src=[^"]*)/, `$1${parameters.join("")}`);
  });
}

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (box.querySelectorAll(".copy"))) {
  button.hidden = false;
  button.onclick = async () => {
    show();
    await navigator.clipboard.writeText(
      button.closest("figure")?.querySelector("code")?.textContent ?? "",
    );
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  };
}
form.hidden = false;
form.oninput = show;
show();
