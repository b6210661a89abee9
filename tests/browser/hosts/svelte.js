// A Svelte page around the player: what it is told becomes properties.

import { mount } from "svelte";
import Post from "./Post.svelte";

mount(Post, { target: document.getElementById("app") });
