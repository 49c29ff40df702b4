import type { ElectronParts } from "../electron-parts.ts";

/** @returns why it does not hold: another program has it, or nobody can read it. */
export function setShortcut(
  { globalShortcut }: Pick<ElectronParts, "globalShortcut">,
  shortcut: string | null,
  toggle: () => void,
): string | null {
  globalShortcut.unregisterAll();
  if (shortcut === null) return null;
  try {
    if (globalShortcut.register(shortcut, toggle)) return null;
  } catch {
    return `${shortcut} is no shortcut.`;
  }
  return `Another program has the shortcut ${shortcut}.`;
}
