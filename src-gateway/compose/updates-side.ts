/** The question after new versions in a running gateway, and what the admin API tells of its answers. */
import type { UpdateView } from "../admin-api/contract/notice-endpoints.ts";
import { readInstallId } from "../marketplace/install-id.ts";
import { platformName } from "../marketplace/send-ping.ts";
import type { NoticeBoard } from "../marketplace/types.ts";
import { createUpdateCheck, type UpdateCheck } from "../marketplace/update-check.ts";
import { createNoticeBoard } from "../store/notice-board.ts";
import type { Parts } from "./parts.ts";

export interface NoticeDesk extends Pick<NoticeBoard, "announcements" | "dismiss"> {
  updates(): Promise<UpdateView>;
}

/** Null where nobody is asked. */
export function createUpdates(parts: Parts): UpdateCheck | null {
  const { settings, ledgerStore, clock, log, events } = parts;
  const { baseUrl, offBecause } = settings.updates;
  if (baseUrl === null) {
    log.info({ kind: "update-check", because: offBecause }, "nobody is asked for new versions");
    return null;
  }
  log.info(
    { kind: "update-check", baseUrl },
    "new versions are asked for once a day, with the installation's random id, version, platform and kind of database; update_check_enabled = false stops it",
  );
  return createUpdateCheck({
    baseUrl,
    ping: async () => ({
      install_id: await readInstallId(settings.dataDir),
      gateway_version: __VERSION__,
      platform: platformName(process.platform, process.arch),
      database_type: ledgerStore.dialect,
    }),
    board: createNoticeBoard(ledgerStore, clock),
    clock,
    schedule(callback, delayMs) {
      const timer = setTimeout(callback, delayMs).unref();
      return () => clearTimeout(timer);
    },
    random: Math.random,
    log,
    onNews: ({ latestVersion, isSecurity, url, notes, message }) =>
      events.tell("gateway.update.available", {
        current_version: __VERSION__,
        latest_version: latestVersion ?? "",
        is_security: isSecurity,
        url,
        message: notes ?? message,
      }),
  });
}

export function noticeDesk({ settings, ledgerStore, clock }: Parts, problem: () => string | null): NoticeDesk {
  const board = createNoticeBoard(ledgerStore, clock);
  const { baseUrl, offBecause } = settings.updates;
  return {
    announcements: (filter) => board.announcements(filter),
    dismiss: (id) => board.dismiss(id),
    async updates() {
      const news = await board.lastNews();
      // What was said about an older version is over once another one runs.
      const isCurrent = news !== null && news.gatewayVersion === __VERSION__;
      return {
        version: __VERSION__,
        isAsked: baseUrl !== null,
        offBecause,
        baseUrl,
        checkedAtUs: news?.checkedAtUs ?? null,
        problem: problem(),
        latestVersion: news?.latestVersion ?? null,
        updateAvailable: isCurrent && news.isAvailable,
        securityUpdate: isCurrent && news.isSecurity && news.isAvailable,
        url: isCurrent ? news.url : null,
        notes: isCurrent ? news.notes : null,
        message: isCurrent ? news.message : null,
      };
    },
  };
}
