// A Vue page around the player: what it is told becomes properties.

import { createApp, h, nextTick, reactive } from "vue";

const state = reactive(window.wanted);
window.change = async (more) => {
  Object.assign(state, more);
  await nextTick();
};
createApp({
  render() {
    const { shown, ...wanted } = state;
    return shown ? h("spec-player", { ...wanted, onReady: window.heard }) : null;
  },
}).mount("#app");
