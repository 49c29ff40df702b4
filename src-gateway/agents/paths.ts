/** Where things are on a computer of either kind. Pure. */
import { posix, win32 } from "node:path";
import type { AgentWorld, Places, Platform } from "./types.ts";

/** The words of `node:path` that are needed, as values of their own. */
interface Paths {
  join: (...parts: string[]) => string;
  dirname: (path: string) => string;
  basename: (path: string) => string;
  resolve: (...parts: string[]) => string;
  isAbsolute: (path: string) => boolean;
}

export const pathsOf = (platform: Platform): Paths => (platform === "win32" ? win32 : posix);

export function placesOf(world: Pick<AgentWorld, "platform" | "home" | "env" | "cwd">, dataDir: string): Places {
  const { platform, home, env, cwd } = world;
  const { join, isAbsolute } = pathsOf(platform);
  const xdg = env["XDG_CONFIG_HOME"];
  // A relative path there is to be ignored, says XDG.
  const config = xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, ".config");
  const appData = env["APPDATA"] ?? join(home, "AppData", "Roaming");
  const vsCode: Record<Platform, string> = {
    linux: join(config, "Code", "User"),
    darwin: join(home, "Library", "Application Support", "Code", "User"),
    win32: join(appData, "Code", "User"),
  };
  return { platform, home, env, cwd, join, config, appData, vsCodeUser: vsCode[platform], dataDir };
}

/** `~` for the home folder, in what people are shown. */
export const shortPath = (path: string, home: string): string =>
  path === home || path.startsWith(`${home}/`) || path.startsWith(`${home}\\`) ? `~${path.slice(home.length)}` : path;
