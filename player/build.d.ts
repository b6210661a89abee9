/** The text of player.css, which the build puts in; not there while the modules are served unbuilt. */
declare const PLAYER_CSS: string | undefined;
