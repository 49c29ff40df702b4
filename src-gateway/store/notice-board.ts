import type { Clock } from "../lib/clock.ts";
import type { CheckedNews, NoticeBoard, SeenAnnouncement } from "../marketplace/types.ts";
import type { AnnouncementsTable, UpdateChecksTable } from "./notice-tables.ts";
import type { Store } from "./open-store.ts";

const ONLY_ROW = 1;
/** An announcement that a marketplace has stopped to send is forgotten after this long. */
const KEEP_UNSEEN_US = 30 * 86_400_000_000;

/** Keeps what a marketplace has answered. */
export function createNoticeBoard({ db }: Store, clock: Clock): NoticeBoard {
  return {
    async lastNews() {
      const row = await db.selectFrom("update_checks").selectAll().where("id", "=", ONLY_ROW).executeTakeFirst();
      return row ? newsOf(row) : null;
    },
    async keep({ news, announcements }, gatewayVersion) {
      const now = clock.nowUs();
      const state = {
        checked_at: now,
        gateway_version: gatewayVersion,
        latest_version: news.latestVersion,
        is_available: news.isAvailable ? 1 : 0,
        is_security: news.isSecurity ? 1 : 0,
        url: news.url,
        notes: news.notes,
        message: news.message,
      };
      await db
        .insertInto("update_checks")
        .values({ id: ONLY_ROW, ...state })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(state))
        .execute();
      const fresh: string[] = [];
      for (const { id, expiresAtUs, ...said } of announcements) {
        const words = { ...said, expires_at: expiresAtUs, last_seen_at: now };
        const known = await db.updateTable("announcements").set(words).where("id", "=", id).executeTakeFirst();
        if (Number(known.numUpdatedRows) > 0) continue;
        const added = await db
          .insertInto("announcements")
          .values({ id, ...words, first_seen_at: now, dismissed_at: null })
          .onConflict((conflict) => conflict.column("id").doNothing())
          .executeTakeFirst();
        if (Number(added.numInsertedOrUpdatedRows ?? 0) > 0) fresh.push(id);
      }
      await db
        .deleteFrom("announcements")
        .where("last_seen_at", "<", now - KEEP_UNSEEN_US)
        .execute();
      return fresh;
    },
    async announcements({ withDismissed }) {
      const now = clock.nowUs();
      let query = db
        .selectFrom("announcements")
        .selectAll()
        .where((where) => where.or([where("expires_at", "is", null), where("expires_at", ">", now)]));
      if (!withDismissed) query = query.where("dismissed_at", "is", null);
      const rows = await query.orderBy("first_seen_at", "desc").orderBy("id").execute();
      return rows.map(announcementOf);
    },
    async dismiss(id) {
      await db
        .updateTable("announcements")
        .set({ dismissed_at: clock.nowUs() })
        .where("id", "=", id)
        .where("dismissed_at", "is", null)
        .execute();
      const row = await db.selectFrom("announcements").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? announcementOf(row) : null;
    },
  };
}

const newsOf = (row: UpdateChecksTable): CheckedNews => ({
  checkedAtUs: row.checked_at,
  gatewayVersion: row.gateway_version,
  latestVersion: row.latest_version,
  isAvailable: row.is_available === 1,
  isSecurity: row.is_security === 1,
  url: row.url,
  notes: row.notes,
  message: row.message,
});

const announcementOf = (row: AnnouncementsTable): SeenAnnouncement => ({
  id: row.id,
  type: row.type,
  title: row.title,
  message: row.message,
  url: row.url,
  priority: row.priority,
  expiresAtUs: row.expires_at,
  firstSeenUs: row.first_seen_at,
  dismissedAtUs: row.dismissed_at,
});
