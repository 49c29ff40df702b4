/** New versions of the gateway, and what its marketplace announces. */
import { z } from "zod";
import { endpoint, flag } from "./endpoint.ts";

export const updateSchema = z.object({
  version: z.string(),
  /** Whether a marketplace is asked once a day. */
  isAsked: z.boolean(),
  /** Why nobody is asked. */
  offBecause: z.string().nullable(),
  /** Who is asked. */
  baseUrl: z.string().nullable(),
  /** Null when nothing was answered yet. */
  checkedAtUs: z.number().nullable(),
  /** Why the last question was not answered. */
  problem: z.string().nullable(),
  latestVersion: z.string().nullable(),
  /** Of the version that runs. */
  updateAvailable: z.boolean(),
  securityUpdate: z.boolean(),
  url: z.string().nullable(),
  notes: z.string().nullable(),
  message: z.string().nullable(),
});
export type UpdateView = z.infer<typeof updateSchema>;

export const announcementSchema = z.object({
  id: z.string(),
  type: z.string(),
  title: z.string(),
  message: z.string(),
  url: z.string().nullable(),
  priority: z.string().nullable(),
  expiresAtUs: z.number().nullable(),
  firstSeenUs: z.number(),
  dismissedAtUs: z.number().nullable(),
});
export type AnnouncementView = z.infer<typeof announcementSchema>;

export const NOTICE_ENDPOINTS = {
  getUpdates: endpoint("GET", "/updates", "notices:read", "Whether there is a new version, and who was asked", {
    reply: updateSchema,
  }),
  listAnnouncements: endpoint("GET", "/announcements", "notices:read", "What the marketplace announces", {
    query: z.strictObject({ dismissed: flag.optional() }),
    reply: z.array(announcementSchema),
  }),
  dismissAnnouncement: endpoint(
    "POST",
    "/announcements/{id}/dismiss",
    "notices:write",
    "Put an announcement away, for everybody",
    { reply: announcementSchema },
  ),
};
