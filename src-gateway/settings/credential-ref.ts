import type { CredentialRef } from "./types.ts";

/** `env:NAME`, `file:PATH` or `keychain:NAME`; null for everything else, a key in clear text above all. */
export function parseCredential(text: string): CredentialRef | null {
  const match = /^(env|file|keychain):(.+)$/.exec(text.trim());
  const value = match?.[2]?.trim();
  if (!value) return null;
  switch (match?.[1]) {
    case "env":
      return /^[A-Za-z_][A-Za-z0-9_]*$/.test(value) ? { source: "env", name: value } : null;
    case "file":
      return { source: "file", path: value };
    default:
      return { source: "keychain", name: value };
  }
}
