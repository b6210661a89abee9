/** The text of player.css, which the build puts in; not there while the modules are served unbuilt. */
declare const PLAYER_CSS: string | undefined;
/** The same of later.css. */
declare const LATER_CSS: string | undefined;
