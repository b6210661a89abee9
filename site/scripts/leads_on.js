// A run's page around its player: what few readers ask for is fetched when they do.

document.querySelector(".embeds")?.addEventListener("toggle", () => import("./embeds.js"));
document
  .querySelector("spec-player")
  ?.addEventListener("opened", async (event) => (await import("./opened.js")).tell(event));
