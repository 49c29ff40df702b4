import type { Caller } from "../caller.ts";
import type { FOUND_KEY_ENDPOINTS } from "../contract/found-key-endpoints.ts";
import type { AdminDeps } from "../deps.ts";
import { authorOf } from "./author.ts";
import { requireOperatorForPrograms } from "./programs.ts";
import type { Handlers } from "./types.ts";

export const foundKeyHandlers: Pick<Handlers, keyof typeof FOUND_KEY_ENDPOINTS> = {
  findKeys: ({ deps, caller }) => deps.foundKeys.find(mayLookIntoFiles(deps, caller)),
  async moveKeys({ deps, caller, body, record }) {
    const moved = await deps.foundKeys.move({
      ids: body.ids,
      withFiles: mayLookIntoFiles(deps, caller),
      author: authorOf(caller),
      mayApply: (before, after) => requireOperatorForPrograms(caller, before, after),
    });
    const target = { kind: "secret", id: null, name: null };
    await record({ action: "secret.move", target, before: null, after: { moved } });
    return moved;
  },
};

/** The home folder is the business of the person in front of this computer. */
const mayLookIntoFiles = ({ agents }: AdminDeps, caller: Caller | null): boolean =>
  caller?.isLocal === true || agents.isDesktop;
