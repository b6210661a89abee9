// For a page that shows the player in frames: gives each frame the height its player has, and
// passes on the keys that a player did not use, so that a slide deck hears its clicker even while a
// frame has the focus.

const LEAST = 340; // px, in which a player still stands

addEventListener("message", ({ data, source }) => {
  const message = data?.specrecord;
  if (!message) return;
  const frame = [...document.querySelectorAll("iframe")].find(
    (one) => one.contentWindow === source,
  );
  if (!frame) return;
  if (Number.isFinite(message.height))
    frame.style.height = `${Math.max(LEAST, Math.min(message.height, innerHeight))}px`;
  if (typeof message.key !== "string") return;
  if (message.key === "Escape") frame.blur();
  frame.dispatchEvent(
    new KeyboardEvent("keydown", {
      key: message.key,
      shiftKey: message.shift === true,
      bubbles: true,
      cancelable: true,
    }),
  );
});

// Those that told theirs before this was here.
for (const { contentWindow } of document.querySelectorAll("iframe"))
  contentWindow?.postMessage({ specrecord: { ask: "height" } }, "*");
