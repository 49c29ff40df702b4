import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ElectronParts } from "../electron-parts.ts";

/** Said by the system's start to the app; a person who starts it wants to see it. */
export const HIDDEN_FLAG = "--hidden";

/** Has the system start the app when its user signs in. @throws the file system's error, on Linux. */
export function openAtLogin(
  isOn: boolean,
  {
    app,
    platform,
    configHome,
    program,
  }: {
    app: Pick<ElectronParts["app"], "setLoginItemSettings">;
    platform: NodeJS.Platform;
    /** `~/.config`, or where the desktop says. */
    configHome: string;
    /** What is started: an AppImage is another file at each run, but for the image itself. */
    program: string;
  },
): void {
  if (platform !== "linux") return app.setLoginItemSettings({ openAtLogin: isOn, args: [HIDDEN_FLAG] });
  const folder = join(configHome, "autostart");
  const file = join(folder, "tokligence-gateway.desktop");
  if (!isOn) return rmSync(file, { force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, desktopEntry(program));
}

function desktopEntry(program: string): string {
  return [
    "[Desktop Entry]",
    "Type=Application",
    "Name=Tokligence Gateway",
    `Exec=${quoted(program)} ${HIDDEN_FLAG}`,
    "Icon=tokligence-gateway",
    "Terminal=false",
    "X-GNOME-Autostart-enabled=true",
    "",
  ].join("\n");
}

/** Twice: once for the words of a command, once for the strings of such a file. A percent sign begins a field. */
function quoted(program: string): string {
  const word = program.replace(/["`$\\]/g, "\\$&").replaceAll("%", "%%");
  return `"${word.replaceAll("\\", "\\\\")}"`;
}
