/** Client keys in words, and which one is meant. */
import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import { when } from "./format.ts";
import { limitsInWords } from "./key-flags.ts";
import type { Printer } from "./printer.ts";

export type Key = ReplyOf<"listKeys">[number];

export const expiry = (key: Key): string => (key.expiresAtUs === null ? "never" : when(key.expiresAtUs));

export function stateOf(key: Key): string {
  if (key.revokedAtUs !== null) return "revoked";
  return key.expiresAtUs !== null && key.expiresAtUs <= Date.now() * 1000 ? "expired" : "active";
}

export async function showMade(printer: Printer, { key, token }: ReplyOf<"createUserKey">): Promise<void> {
  await printer.fields({ ...key, token }, [
    ["key", token],
    ["id", String(key.id)],
    ["name", key.name],
    ["expires", expiry(key)],
  ]);
  if (printer.form === "table") printer.line("\nKeep it now: it is not stored, and will not be shown again.");
}

export async function showKey(printer: Printer, key: Key & object, more: [string, string][] = []): Promise<void> {
  await printer.fields(key, [
    ["id", String(key.id)],
    ["name", key.name],
    ["key", `${key.prefix}…`],
    ["state", stateOf(key)],
    ["scopes", key.scopes.join(", ") || "–"],
    ["limits", limitsInWords(key.limits)],
    ["addresses", key.addresses?.join(", ") ?? "any"],
    ["expires", expiry(key)],
    ["last used", key.lastUsedAtUs === null ? "never" : when(key.lastUsedAtUs)],
    ...more,
  ]);
}

const SHOWN_LETTERS = 12;

/** @throws CliError */
export async function findKey({ client }: Connection, wanted: string): Promise<Key> {
  const isPrefix = wanted.startsWith("tok_") && wanted.length >= SHOWN_LETTERS;
  const found = (await client.call("listKeys")).filter((key) =>
    isPrefix ? key.prefix === wanted.slice(0, SHOWN_LETTERS) : String(key.id) === wanted,
  );
  const [key] = found;
  // Only the letters that lists show: the whole key may have been given.
  const name = wanted.slice(0, SHOWN_LETTERS);
  if (!key) throw new CliError(EXIT.notFound, `There is no key "${name}". \`gateway admin api-keys list\` shows them.`);
  if (found.length > 1) throw new CliError(EXIT.usage, `Several keys begin with "${name}". Name it by its id.`);
  return key;
}
