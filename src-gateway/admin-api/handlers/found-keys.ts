import { GatewayError } from "../../ir/errors.ts";
import type { Caller } from "../caller.ts";
import type { FOUND_KEY_ENDPOINTS } from "../contract/found-key-endpoints.ts";
import type { AdminDeps } from "../deps.ts";
import { explained } from "./agents.ts";
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
    await record({ action: "secret.move", target: TARGET, before: null, after: { moved } });
    return moved;
  },
  findOriginalKeys: async ({ deps, caller }) =>
    mayLookIntoFiles(deps, caller) ? (await deps.foundKeys.originals()).find() : { files: [], removed: [] },
  async removeOriginalKeys({ deps, caller, body, record }) {
    requireOperator(deps, caller);
    const removed = await explained(async () => (await deps.foundKeys.originals()).remove(body.ids));
    await record({ action: "secret.remove_original", target: TARGET, before: null, after: { removed } });
    return removed;
  },
  async restoreOriginalKeys({ deps, caller, record }) {
    requireOperator(deps, caller);
    const done = await explained(async () => (await deps.foundKeys.originals()).restore());
    await record({ action: "secret.restore_original", target: TARGET, before: null, after: done });
    return done;
  },
};

const TARGET = { kind: "secret", id: null, name: null };

/** The home folder is the business of the person in front of this computer. */
const mayLookIntoFiles = ({ agents }: AdminDeps, caller: Caller | null): boolean =>
  caller?.isLocal === true || agents.isDesktop;

function requireOperator(deps: AdminDeps, caller: Caller | null): void {
  if (mayLookIntoFiles(deps, caller)) return;
  throw new GatewayError(
    "forbidden",
    "Files of this computer are changed in the desktop app or with `gateway secret remove-originals`, not over the network.",
  );
}
