/** What a marketplace answers, taken with care: it is shown to people, so it is cut to length and holds no control characters. */
import type { Announcement, PingAnswer } from "./types.ts";

const MAX_ANNOUNCEMENTS = 50;
const MAX_LINE = 200;
const MAX_TEXT = 4_000;

/** @throws Error when it is no object. */
export function readAnswer(json: unknown): PingAnswer {
  if (!isObject(json)) throw new Error("its answer is no object");
  const list = Array.isArray(json["announcements"]) ? json["announcements"] : [];
  return {
    news: {
      latestVersion: text(json["latest_version"], 40),
      isAvailable: json["update_available"] === true,
      isSecurity: json["security_update"] === true,
      url: webAddress(json["update_url"]),
      notes: text(json["update_message"], MAX_TEXT),
      message: text(json["message"], MAX_TEXT),
    },
    announcements: list.slice(0, MAX_ANNOUNCEMENTS).flatMap((each) => announcement(each) ?? []),
  };
}

function announcement(json: unknown): Announcement | null {
  if (!isObject(json)) return null;
  const id = typeof json["id"] === "number" ? String(json["id"]) : text(json["id"], 100);
  const title = text(json["title"], MAX_LINE);
  if (id === null || title === null) return null;
  const priority = json["priority"];
  return {
    id,
    title,
    type: text(json["type"], 40) ?? "news",
    message: text(json["message"], MAX_TEXT) ?? "",
    url: webAddress(json["url"]),
    priority: typeof priority === "number" ? String(priority) : text(priority, 40),
    expiresAtUs: momentOf(json["expires_at"]),
  };
}

function text(value: unknown, maxLength: number): string | null {
  if (typeof value !== "string") return null;
  const clean = value.replace(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, "").trim();
  return clean === "" ? null : clean.slice(0, maxLength);
}

/** What a person may be asked to open. */
function webAddress(value: unknown): string | null {
  const address = text(value, 2_000);
  return address !== null && /^https?:\/\//i.test(address) && URL.canParse(address) ? address : null;
}

function momentOf(value: unknown): number | null {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) ? ms * 1000 : null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
