/** New versions of the app itself, as plain values. */
import { z } from "zod";

export const UPDATE_CHANNELS = ["stable", "beta"] as const;
export type UpdateChannel = (typeof UPDATE_CHANNELS)[number];

/** What the person chose about updates; kept among the preferences. */
export const updateChoicesSchema = z.object({
  channel: z.enum(UPDATE_CHANNELS).catch("stable"),
  /** Asks once a day; without it, only when the person asks. */
  isAutomatic: z.boolean().catch(true),
  /** The version that the person does not want to hear of. */
  skipped: z.string().max(100).nullable().catch(null),
});
export type UpdateChoices = z.infer<typeof updateChoicesSchema>;
export const STANDARD_CHOICES: UpdateChoices = { channel: "stable", isAutomatic: true, skipped: null };

export const UPDATE_PHASES = [
  /** Another program installs the app, or it runs from its sources. */
  "unsupported",
  /** The operator wants nobody to be asked. */
  "off",
  /** Nothing newer is known. */
  "idle",
  "checking",
  /** Something newer is there; nothing of it was fetched. */
  "available",
  "downloading",
  /** It is on this computer, and is what was published. */
  "staged",
  /** The person wants it once no request is under way. */
  "waiting",
  "restarting",
] as const;
export type UpdatePhase = (typeof UPDATE_PHASES)[number];

export const updateStateSchema = z.object({
  phase: z.enum(UPDATE_PHASES),
  /** The version that runs. */
  version: z.string(),
  /** The newer one, with what is new in it as plain text. */
  offered: z.object({ version: z.string(), notes: z.string().nullable() }).nullable(),
  /** Of the download, 0 to 100. */
  percent: z.number().nullable(),
  choices: updateChoicesSchema,
  /** Null when nothing was answered since the app was started. */
  checkedAtMs: z.number().nullable(),
  /** What went wrong last, in a sentence; null when nothing did. */
  problem: z.string().nullable(),
  /** Why nobody is asked. */
  offBecause: z.string().nullable(),
  openExchanges: z.number(),
});
export type UpdateState = z.infer<typeof updateStateSchema>;

export const UPDATE_ACTIONS = ["check", "download", "cancel", "skip", "unskip", "restart", "stay"] as const;
export type UpdateAction = (typeof UPDATE_ACTIONS)[number];

export interface OfferedUpdate {
  version: string;
  notes: string | null;
}

/** Where new versions come from. */
export interface UpdateFeed {
  /** @throws when nobody could be asked. */
  check(channel: UpdateChannel): Promise<OfferedUpdate | "newest" | "unsupported">;
  /** Fetches what was offered last. @throws when it was not had, or is not what was published. */
  download(onPercent: (percent: number) => void): Promise<void>;
  cancel(): void;
  /** Replaces the app and ends it. That this did not work is told to `onInstallFailure`. */
  install(): void;
  onInstallFailure(listener: (error: unknown) => void): void;
  /** Windows are about to be closed, before the app is told that it ends. */
  onLeaving(listener: () => void): void;
}
