import type { WindowState } from "../preferences.ts";

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const DEFAULT_SIZE = { width: 1200, height: 800 };
export const MIN_SIZE = { width: 400, height: 480 };

/** So much of its top edge must be in sight for a window to be caught and moved. */
const GRIP = { width: 120, height: 32 };

/**
 * Where the window is opened. A display that it was on may be gone, or smaller than it was: then it is opened where the
 * system puts new windows, no larger than a display.
 */
export function fitWindow(kept: WindowState | null, displays: readonly Area[]): Partial<Area> & typeof DEFAULT_SIZE {
  if (kept === null) return DEFAULT_SIZE;
  const home = displays.find((area) => canBeCaught(kept, area));
  const room = home ?? displays[0];
  const fit = (wanted: number, least: number, most = wanted): number => Math.max(least, Math.min(wanted, most));
  const size = {
    width: fit(kept.width, MIN_SIZE.width, room?.width),
    height: fit(kept.height, MIN_SIZE.height, room?.height),
  };
  return home ? { x: kept.x, y: kept.y, ...size } : size;
}

function canBeCaught(window: Area, area: Area): boolean {
  const seen = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  const isTopSeen = window.y >= area.y && window.y + GRIP.height <= area.y + area.height;
  return seen >= GRIP.width && isTopSeen;
}
