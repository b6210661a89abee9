// The texts of player.css and styles/race.css, which the build puts in; not there while the modules
// are served unbuilt.
declare const PLAYER_CSS: string | undefined;
declare const RACE_CSS: string | undefined;
