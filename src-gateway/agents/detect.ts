/** Whether an agent is on this computer, and which version of it. Nothing is started where files can tell. */
import { pathsOf } from "./paths.ts";
import type { AgentWorld, Places, Recipe } from "./types.ts";

export interface Installed {
  /** The program, the extension's folder, or the settings that gave it away. */
  where: string;
  version: string | null;
}

export async function detect(world: AgentWorld, recipe: Recipe, places: Places): Promise<Installed | null> {
  for (const command of recipe.commands) {
    const path = await findCommand(world, command, places);
    if (path !== null)
      return { where: path, version: (await packageVersion(world, path)) ?? (await toldVersion(world, path)) };
  }
  for (const beginning of recipe.extensions ?? []) {
    const extension = await findExtension(world, beginning, places);
    if (extension !== null) return extension;
  }
  for (const trace of recipe.traces(places)) {
    if ((await world.files.facts(trace)) !== null) return { where: trace, version: null };
  }
  return null;
}

/** Where people's package managers put programs, for a desktop app that was started without a shell's PATH. */
const USUAL_FOLDERS = [
  ".local/bin",
  ".npm-global/bin",
  ".bun/bin",
  ".volta/bin",
  ".cargo/bin",
  ".local/share/pnpm",
  "go/bin",
] as const;
const USUAL_ON_WINDOWS = [
  ".bun/bin",
  ".cargo/bin",
  ".local/bin",
  "scoop/shims",
  "AppData/Roaming/npm",
  "AppData/Local/pnpm",
] as const;

async function findCommand(world: AgentWorld, command: string, places: Places): Promise<string | null> {
  const isWindows = world.platform === "win32";
  const listed = (world.env["PATH"] ?? world.env["Path"] ?? "")
    .split(isWindows ? ";" : ":")
    .filter((folder) => folder !== "");
  const usual = (isWindows ? USUAL_ON_WINDOWS : USUAL_FOLDERS).map((folder) =>
    places.join(places.home, ...folder.split("/")),
  );
  const everyones =
    world.platform === "darwin" ? ["/opt/homebrew/bin", "/usr/local/bin"] : isWindows ? [] : ["/usr/local/bin"];
  const names = isWindows ? [".exe", ".cmd", ".bat", ""].map((end) => command + end) : [command];
  for (const folder of [...listed, ...usual, ...everyones]) {
    for (const name of names) {
      const path = places.join(folder, name);
      const facts = await world.files.facts(path);
      if (facts?.kind === "file" || facts?.kind === "link") return path;
    }
  }
  return null;
}

const MAX_STEPS = 6;

/** Programs from npm lie in a package that names its version. */
async function packageVersion(world: AgentWorld, path: string): Promise<string | null> {
  const { dirname, resolve, join } = pathsOf(world.platform);
  let here = path;
  for (let step = 0; step < MAX_STEPS && (await world.files.facts(here))?.kind === "link"; step++) {
    here = resolve(dirname(here), await world.files.linkTarget(here));
  }
  if (!/[\\/]node_modules[\\/]/.test(here)) return null;
  for (let folder = dirname(here), step = 0; step < MAX_STEPS; folder = dirname(folder), step++) {
    const bytes = await world.files.read(join(folder, "package.json"));
    if (bytes === null) continue;
    try {
      const { name, version } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { name?: string; version?: string };
      if (name !== undefined && version !== undefined) return version;
    } catch {
      return null;
    }
  }
  return null;
}

async function toldVersion(world: AgentWorld, path: string): Promise<string | null> {
  const text = await world.run(path, ["--version"]);
  return /\d+\.\d+(?:\.\d+)?(?:-[\w.]+)?/.exec(text ?? "")?.[0] ?? null;
}

async function findExtension(world: AgentWorld, beginning: string, places: Places): Promise<Installed | null> {
  for (const editor of [".vscode", ".vscode-insiders", ".cursor", ".vscode-oss"]) {
    const folder = places.join(places.home, editor, "extensions");
    const facts = await world.files.facts(folder);
    if (facts?.kind !== "folder") continue;
    const name = (await world.files.list(folder)).find((each) => each.startsWith(`${beginning}-`));
    if (name !== undefined) {
      const version = /^[\d.]+\d/.exec(name.slice(beginning.length + 1))?.[0] ?? null;
      return { where: places.join(folder, name), version };
    }
  }
  return null;
}
