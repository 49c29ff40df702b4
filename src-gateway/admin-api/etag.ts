/** Versions of what is shown: a client that names the one it has is told whether there is another. */
import { createHash } from "node:crypto";
import { GatewayError } from "../ir/errors.ts";

export const etagOf = (json: string): string =>
  `"${createHash("sha256").update(json).digest("base64url").slice(0, 27)}"`;

/** `If-None-Match`: whether the client has it already. */
export const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined && (header.trim() === "*" || tagsIn(header).includes(etag));

/** `If-Match`. @throws GatewayError precondition_failed */
export function requireMatch(header: string, etag: string): void {
  if (header.trim() === "*" || tagsIn(header).includes(etag)) return;
  throw new GatewayError(
    "precondition_failed",
    "It was changed since you have read it. Read it again, and decide again.",
    { param: "if-match" },
  );
}

/** A proxy that compresses makes weak ones of ours; the content is the same. */
const tagsIn = (header: string): string[] => header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));

/** Changes that name the version they are meant for, one after the other for each path. */
export function createTurns(): <T>(path: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (path, work) => {
    const turn = (last.get(path) ?? Promise.resolve()).then(work, work);
    last.set(path, turn);
    try {
      return await turn;
    } finally {
      if (last.get(path) === turn) last.delete(path);
    }
  };
}
