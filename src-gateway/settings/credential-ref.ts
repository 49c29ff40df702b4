import { resolve } from "node:path";
import { looksLikeKey } from "./secret-text.ts";
import type { CredentialRef } from "./types.ts";

/** What a person is told who wrote the key itself. */
export const HOW_TO_GIVE_KEYS = "write env:NAME, file:PATH or keychain:NAME, which say where the key is";

/**
 * `env:NAME`, `file:PATH` or `keychain:NAME`; null for everything else, a key in clear text above all. A relative path
 * starts at `folder`.
 */
export function parseCredential(text: string, folder: string): CredentialRef | null {
  const match = /^(env|file|keychain):\s*(\S.*)$/.exec(text.trim());
  const value = match?.[2]?.trim();
  // A prefix does not make a key in clear text a name: it would be printed as one.
  if (!value || looksLikeKey(value)) return null;
  switch (match?.[1]) {
    case "env":
      return /^[A-Za-z_][A-Za-z0-9_]*$/.test(value) ? { source: "env", name: value } : null;
    case "file":
      return { source: "file", path: /^~(?:[/\\]|$)/.test(value) ? value : resolve(folder, value) };
    default:
      return { source: "keychain", name: value };
  }
}
