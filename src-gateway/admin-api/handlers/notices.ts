import { GatewayError } from "../../ir/errors.ts";
import type { Handlers } from "./types.ts";

export const noticeHandlers: Pick<Handlers, "getUpdates" | "listAnnouncements" | "dismissAnnouncement"> = {
  getUpdates: ({ deps }) => deps.notices.updates(),
  listAnnouncements: ({ deps, query }) => deps.notices.announcements({ withDismissed: query.dismissed === true }),
  async dismissAnnouncement({ deps, params, record }) {
    const id = params["id"] ?? "";
    const dismissed = await deps.notices.dismiss(id);
    if (dismissed === null) throw new GatewayError("not_found", `There is no announcement "${id.slice(0, 80)}".`);
    await record({
      action: "announcement.dismiss",
      target: { kind: "announcement", id, name: dismissed.title },
      before: null,
      after: { dismissedAtUs: dismissed.dismissedAtUs },
    });
    return dismissed;
  },
};
