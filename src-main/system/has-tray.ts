import { execFile } from "node:child_process";

const PATIENCE_MS = 1_500;
const QUESTION = [
  "call",
  "--session",
  "--dest",
  "org.freedesktop.DBus",
  "--object-path",
  "/org/freedesktop/DBus",
  "--method",
  "org.freedesktop.DBus.NameHasOwner",
  "org.kde.StatusNotifierWatcher",
];

/**
 * Whether somebody shows tray icons here. On Linux an icon that nobody shows is no error: the desktop has to be asked. Where
 * it cannot be asked, there is none as far as we know, and the app keeps its window.
 */
export function hasTray(platform: NodeJS.Platform, program = "gdbus"): Promise<boolean> {
  if (platform !== "linux") return Promise.resolve(true);
  return new Promise((resolve) => {
    execFile(program, QUESTION, { timeout: PATIENCE_MS }, (error, answer) =>
      resolve(error === null && answer.includes("true")),
    );
  });
}
