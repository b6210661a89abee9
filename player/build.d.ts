// The texts of the style sheets, which the build puts in; not there while the modules are served
// unbuilt.
declare const PLAYER_CSS: string | undefined;
declare const LATER_CSS: string | undefined;
declare const RACE_CSS: string | undefined;
