/** One at a time: the command line and the desktop app may want to write the same files. */
import { AgentError } from "./agent-error.ts";
import { pathsOf } from "./paths.ts";
import type { AgentWorld } from "./types.ts";

/** @throws AgentError busy */
export async function underLock<Result>(
  world: AgentWorld,
  folder: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const { join, dirname } = pathsOf(world.platform);
  const { files } = world;
  const path = join(folder, "lock");
  const make = async (missing: string): Promise<void> => {
    if ((await files.facts(missing)) !== null) return;
    if (dirname(missing) !== missing) await make(dirname(missing));
    await files.makeFolder(missing, 0o700);
  };
  await make(folder);
  const mine = Buffer.from(String(world.pid));
  try {
    await files.create(path, mine, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = Number(Buffer.from((await files.read(path)) ?? []).toString("utf8"));
    if (holder > 0 && holder !== world.pid && world.isAlive(holder)) {
      throw new AgentError(
        "busy",
        `Another gateway (process ${holder}) is connecting an agent. Try again in a moment.`,
      );
    }
    // Its process died in the middle.
    await files.remove(path);
    await files.create(path, mine, 0o600);
  }
  try {
    return await work();
  } finally {
    await files.remove(path).catch(() => {});
  }
}
