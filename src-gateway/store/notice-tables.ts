/** What a marketplace has answered: the one row of the last check, and announcements. */

export interface UpdateChecksTable {
  /** Always 1. */
  id: number;
  checked_at: number;
  gateway_version: string;
  latest_version: string | null;
  is_available: number;
  is_security: number;
  url: string | null;
  notes: string | null;
  message: string | null;
}

export interface AnnouncementsTable {
  id: string;
  type: string;
  title: string;
  message: string;
  url: string | null;
  priority: string | null;
  expires_at: number | null;
  first_seen_at: number;
  last_seen_at: number;
  dismissed_at: number | null;
}

export interface NoticeTables {
  update_checks: UpdateChecksTable;
  announcements: AnnouncementsTable;
}
