import { GatewayError } from "../../ir/errors.ts";
import type { Runaway } from "../../runaway/types.ts";
import { type Caller, isAdmin } from "../caller.ts";
import type { Handlers } from "./types.ts";

export const runawayHandlers: Pick<Handlers, "listRunaways" | "resumeRunaway"> = {
  listRunaways: ({ deps, caller }) => deps.runaways.list().filter((each) => mayDecide(caller, each)),
  async resumeRunaway({ deps, caller, params, record }) {
    const id = params["id"] ?? "";
    const found = deps.runaways.list().find((each) => each.id === id);
    const resumed = found && mayDecide(caller, found) ? deps.runaways.resume(id) : null;
    if (resumed === null) {
      throw new GatewayError(
        "not_found",
        `No agent ${id.slice(0, 50)} runs in circles at this gateway. Where there are several, ask the one that paused it.`,
      );
    }
    const { kind, level, userId, agent, project, requests } = resumed;
    await record({
      action: "runaway.resume",
      target: { kind: "runaway", id, name: agent },
      before: { kind, level, userId, project, requests },
      after: null,
    });
    return resumed;
  },
};

/** People decide about their own agents, administrators about all. */
const mayDecide = (caller: Caller | null, { userId }: Runaway): boolean =>
  caller !== null && (isAdmin(caller) || caller.userId === userId);
