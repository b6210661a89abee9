// A Preact page around the player: what it is told becomes properties.

import { h, render } from "preact";

function draw() {
  const { shown, ...wanted } = window.wanted;
  const player = shown && h("spec-player", { ...wanted, onready: window.heard });
  render(player, document.getElementById("app"));
}

window.change = (more) => {
  Object.assign(window.wanted, more);
  draw();
};
draw();
