/** What the person chose about the app itself, in a file beside Electron's own; the gateway's settings are the gateway's. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { TRAY_TITLES } from "./tray/types.ts";
import { STANDARD_CHOICES, updateChoicesSchema } from "./updates/types.ts";

const boundsSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  isMaximized: z.boolean(),
});

/** A setting that cannot be read is as if it had never been made: the app must start. */
export const preferencesSchema = z.object({
  trayTitle: z.enum(TRAY_TITLES).catch("none"),
  openAtLogin: z.boolean().catch(false),
  /** With a tray only: without one, a hidden app could not be found again. */
  startHidden: z.boolean().catch(false),
  /** An accelerator in Electron's notation that shows and hides the window from everywhere; null for none. */
  shortcut: z.string().max(100).nullable().catch(null),
  /** Kept when the person chose another port because the usual one was taken; null for that of the settings. */
  port: z.number().int().min(1).max(65_535).nullable().catch(null),
  window: boundsSchema.nullable().catch(null),
  updates: updateChoicesSchema.catch(STANDARD_CHOICES),
});
export type Preferences = z.infer<typeof preferencesSchema>;
export type WindowState = NonNullable<Preferences["window"]>;

export interface PreferenceStore {
  get(): Preferences;
  /** A failure to write is told to `onProblem`; what was chosen holds until the app ends. */
  set(changes: Partial<Preferences>): Preferences;
}

export function openPreferences(path: string, onProblem: (problem: string) => void): PreferenceStore {
  let current = read(path);
  return {
    get: () => current,
    set(changes) {
      current = { ...current, ...changes };
      try {
        write(path, `${JSON.stringify(current, null, 2)}\n`);
      } catch (error) {
        onProblem(
          `The app's preferences cannot be kept: ${(error as NodeJS.ErrnoException).code ?? "unknown reason"}.`,
        );
      }
      return current;
    },
  };
}

function read(path: string): Preferences {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return preferencesSchema.parse(typeof value === "object" && value !== null ? value : {});
  } catch {
    return preferencesSchema.parse({});
  }
}

/** The old file or the new one, never half of it. */
function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${process.pid}.new`;
  try {
    writeFileSync(beside, text, { mode: 0o600 });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
