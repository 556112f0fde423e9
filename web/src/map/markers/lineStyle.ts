/** Seconds ahead to where a line shows a device heading. */
export const LOOKAHEAD = 60;
export const LINE_WIDTH = 2; // pixels
export const TRAIL_OPACITY = 0.7;
export const LOOKAHEAD_OPACITY = 0.9;
