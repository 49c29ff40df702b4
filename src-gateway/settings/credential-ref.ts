import { resolve } from "node:path";
import { looksLikeKey } from "./secret-text.ts";
import type { CredentialRef } from "./types.ts";

/** What a person is told who wrote the key itself. */
export const HOW_TO_GIVE_KEYS = "write env:NAME, file:PATH, keychain:NAME or secret:NAME, which say where the key is";

/**
 * `env:NAME`, `file:PATH`, `keychain:NAME` or `secret:NAME`; null for everything else, a key in clear text above all. A relative path
 * starts at `folder`.
 */
export function parseCredential(text: string, folder: string): CredentialRef | null {
  const match = /^(env|file|keychain|secret):\s*(\S.*)$/.exec(text.trim());
  const value = match?.[2]?.trim();
  // A prefix does not make a key in clear text a name: it would be printed as one.
  if (!value || looksLikeKey(value)) return null;
  switch (match?.[1]) {
    case "env":
      return /^[A-Za-z_][A-Za-z0-9_]*$/.test(value) ? { source: "env", name: value } : null;
    case "file":
      return { source: "file", path: /^~(?:[/\\]|$)/.test(value) ? value : resolve(folder, value) };
    case "secret":
      return isSecretName(value) ? { source: "secret", name: value } : null;
    default:
      return { source: "keychain", name: value };
  }
}

/** What a secret of the gateway's own store may be called. */
export const isSecretName = (name: string): boolean => /^[A-Za-z0-9][\w.-]{0,99}$/.test(name) && !looksLikeKey(name);
