// The texts of player.css and later.css, which the build puts in; not there while the modules
// are served unbuilt.
declare const PLAYER_CSS: string | undefined;
declare const LATER_CSS: string | undefined;
