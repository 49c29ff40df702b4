export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface Display {
  bounds: Area;
  /** Without the bars of the system. */
  workArea: Area;
}

const GAP = 6;

/** Beside the icon that was clicked, within the part of that display that is free, and never larger than it. */
export function placePopover(icon: Area, size: Pick<Area, "width" | "height">, displays: readonly Display[]): Area {
  const at = { x: icon.x + icon.width / 2, y: icon.y + icon.height / 2 };
  const area = (displays.find(({ bounds }) => holds(bounds, at)) ?? displays[0])?.workArea;
  if (area === undefined) return { x: 0, y: 0, ...size };
  const width = Math.min(size.width, area.width);
  const height = Math.min(size.height, area.height);
  // Where the icon is in the upper half of what is free, its bar is above, as on macOS.
  const isBelowIcon = at.y < area.y + area.height / 2;
  const y = isBelowIcon ? icon.y + icon.height + GAP : icon.y - height - GAP;
  return {
    x: Math.round(between(at.x - width / 2, area.x, area.x + area.width - width)),
    y: Math.round(between(y, area.y, area.y + area.height - height)),
    width: Math.round(width),
    height: Math.round(height),
  };
}

const between = (wanted: number, least: number, most: number): number => Math.max(least, Math.min(wanted, most));

const holds = (area: Area, at: { x: number; y: number }): boolean =>
  at.x >= area.x && at.x < area.x + area.width && at.y >= area.y && at.y < area.y + area.height;
