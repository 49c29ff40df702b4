/** What a marketplace is told of this installation, all of it, and what it answers. */
export interface Ping {
  install_id: string;
  gateway_version: string;
  /** System and processor, such as `linux/amd64`. */
  platform: string;
  database_type: string;
}

export interface UpdateNews {
  latestVersion: string | null;
  isAvailable: boolean;
  isSecurity: boolean;
  url: string | null;
  /** What is new, in one text. */
  notes: string | null;
  /** Something else that the marketplace has to say. */
  message: string | null;
}

export interface Announcement {
  id: string;
  /** `security`, `maintenance`, `offer`, or another word. */
  type: string;
  title: string;
  message: string;
  url: string | null;
  priority: string | null;
  expiresAtUs: number | null;
}

export interface PingAnswer {
  news: UpdateNews;
  announcements: Announcement[];
}

export interface SeenAnnouncement extends Announcement {
  firstSeenUs: number;
  dismissedAtUs: number | null;
}

/** The last answer, and when it came. */
export interface CheckedNews extends UpdateNews {
  checkedAtUs: number;
  /** That asked. */
  gatewayVersion: string;
}

/** Where answers are kept; gateways that share a database share it. */
export interface NoticeBoard {
  /** Null when nothing was ever answered. */
  lastNews(): Promise<CheckedNews | null>;
  /** @returns the ids of announcements that were not known before. */
  keep(answer: PingAnswer, gatewayVersion: string): Promise<string[]>;
  /** Those that still hold, the newest first. */
  announcements(filter: { withDismissed: boolean }): Promise<SeenAnnouncement[]>;
  /** Null when there is none with this id. */
  dismiss(id: string): Promise<SeenAnnouncement | null>;
}
