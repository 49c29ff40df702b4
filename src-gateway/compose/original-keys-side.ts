/** Keys that the gateway keeps and that still stand in files of the home folder; loaded when somebody asks for them. */
import type { OriginalKeys } from "../agents/original-keys.ts";
import { FILES_WITH_REMARKS, isScript, keyInLine } from "../transfer/found-keys.ts";
import type { Parts } from "./parts.ts";

export async function openOriginalKeys(
  { configuration, settings }: Parts,
  env: NodeJS.ProcessEnv,
  home: string,
): Promise<OriginalKeys> {
  const [{ createOriginalKeys }, { thisComputer }] = await Promise.all([
    import("../agents/original-keys.ts"),
    import("../agents/computer.ts"),
  ]);
  const { secretStore } = configuration;
  return createOriginalKeys(thisComputer({ env, cwd: home, home }), {
    dataDir: settings.dataDir,
    names: FILES_WITH_REMARKS,
    isScript,
    read: keyInLine,
    async secrets() {
      const found = new Map<string, string>();
      for (const { name } of await secretStore.list()) {
        // One that cannot be read now is none that a key may be taken out for.
        const value = await secretStore.read(name).catch(() => null);
        if (value !== null) found.set(value.trim(), name);
      }
      return found;
    },
  });
}
