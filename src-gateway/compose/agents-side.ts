/** The agents of this computer, loaded when somebody asks for them. */
import { homedir } from "node:os";
import type { AgentDesk } from "../agents/desk.ts";
import type { ApiKeys, KeyRing } from "../auth/types.ts";
import type { Logger } from "../lib/logger.ts";
import type { Settings } from "../settings/types.ts";

export interface AgentDoor {
  /** The program that hosts the gateway is the desktop app of the person in front of the computer. */
  isDesktop: boolean;
  desk(): Promise<AgentDesk>;
}

interface AgentSideParts {
  settings: Pick<Settings, "dataDir">;
  apiKeys: Pick<ApiKeys, "revoke">;
  keyRing: Pick<KeyRing, "reload">;
  log: Logger;
}

/** @param env of the process, where agents are told where their settings are. */
export function agentDoor(parts: AgentSideParts, env: NodeJS.ProcessEnv, isDesktop: boolean): AgentDoor {
  let opened: Promise<AgentDesk> | null = null;
  return {
    isDesktop,
    async desk() {
      opened ??= open(parts, env);
      const desk = await opened;
      // The command line may have died in the middle of something since.
      for (const { agent, what, unusedKeyId } of await desk.recover()) {
        parts.log.warn({ agent, what }, "the connection of an agent had been broken off");
        if (unusedKeyId !== null) await parts.apiKeys.revoke(unusedKeyId).catch(() => {});
      }
      await parts.keyRing.reload();
      return desk;
    },
  };
}

async function open({ settings }: AgentSideParts, env: NodeJS.ProcessEnv): Promise<AgentDesk> {
  const [{ createAgentDesk }, { thisComputer }] = await Promise.all([
    import("../agents/desk.ts"),
    import("../agents/computer.ts"),
  ]);
  const home = homedir();
  // Projects are where the person works, which a gateway cannot know.
  return createAgentDesk(thisComputer({ env, cwd: home, home }), settings.dataDir);
}
