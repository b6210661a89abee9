// For a page that shows the player in frames: gives each frame the height its player has, and
// passes on the keys that a player did not use, so that a slide deck hears its clicker even while a
// frame has the focus.

addEventListener("message", ({ data, source }) => {
  const told = data?.specrecord;
  if (!told) return;
  const frame = [...document.querySelectorAll("iframe")].find(
    (one) => one.contentWindow === source,
  );
  if (!frame) return;
  if (Number.isFinite(told.height)) frame.style.height = `${told.height}px`;
  if (typeof told.key !== "string") return;
  if (told.key === "Escape") frame.blur();
  frame.dispatchEvent(
    new KeyboardEvent("keydown", {
      key: told.key,
      shiftKey: told.shift === true,
      bubbles: true,
      cancelable: true,
    }),
  );
});
