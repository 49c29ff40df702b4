/** What goes into the file, part by part. */
import type { Flags } from "../flags/types.ts";
import type { ConfigOperation } from "../revisions/types.ts";
import type { SecretStore } from "../secrets/types.ts";
import type { CredentialRef, ExplainedSetting, ProviderConfig } from "../settings/types.ts";
import { keyPlaces, moveOperations, secretNameFor } from "./provider-keys.ts";
import type { People, TransferPart } from "./types.ts";

/** What is to be written down of a gateway. */
export interface TransferSource {
  /** Null where there is no document; `hidden` is the same with secrets hidden. */
  document(): Promise<{ text: string | null; hidden: string }>;
  read(text: string): unknown;
  edit(text: string, operations: readonly ConfigOperation[]): string;
  /** Where relative paths in the document start. */
  folder: string;
  fromEnvironment(): readonly ProviderConfig[];
  secrets: Pick<SecretStore, "list" | "read">;
  /** @throws GatewayError credential_missing */
  resolve(ref: CredentialRef): Promise<string>;
  flags: Pick<Flags, "list" | "look">;
  settings: readonly ExplainedSetting[];
  people(withKeys: boolean): Promise<People>;
  authSecrets(): readonly string[];
}

/** They say something of a computer, not of a gateway. */
const OF_THIS_COMPUTER =
  /^(?:data_dir|ledger_path|identity_path|host|log_file\w*|\w+_(?:file|dir|path)|.*(?:secret|password|token)\w*)$/;

/** @param withSecrets keys of providers, hashes of client keys and what keyed them; only for a file that is sealed. */
export async function* collectParts(source: TransferSource, withSecrets: boolean): AsyncGenerator<TransferPart> {
  if (withSecrets) yield* configurationWithKeys(source);
  else {
    const { text, hidden } = await source.document();
    if (text !== null) yield { part: "configuration", text: hidden };
    yield note("It is not sealed, so it holds no keys: neither those of providers nor those of clients.");
  }
  // Another process may have decided a moment ago.
  await source.flags.look();
  for (const { name, rule } of source.flags.list()) {
    if (rule === null) continue;
    // Users have other numbers elsewhere.
    const { users, ...kept } = rule;
    yield { part: "flag", name, rule: kept };
    if (users !== undefined) yield note(`The flag ${name} has exceptions for single users, which stay behind.`);
  }
  for (const { key, value, source: from } of source.settings) {
    if (OF_THIS_COMPUTER.test(key) || /[\r\n]/.test(value) || value.includes("(hidden)")) continue;
    if (/:\d+$/.test(from)) yield { part: "setting", key, value, from: "file" };
    else if (from.startsWith("env ")) yield { part: "setting", key, value, from: "environment" };
  }
  yield { part: "people", people: await source.people(withSecrets) };
  if (withSecrets) for (const value of source.authSecrets()) yield { part: "auth-secret", value };
}

/**
 * Keys in variables, files and keychains of this computer come along as secrets, and the configuration in the file names them
 * as such: what it said would lead nowhere on another computer.
 */
async function* configurationWithKeys(source: TransferSource): AsyncGenerator<TransferPart> {
  const kept = await source.secrets.list();
  const taken = new Set(kept.map(({ name }) => name));
  for (const { name } of kept) {
    const value = await tried(() => source.secrets.read(name));
    if (value !== null) yield { part: "secret", name, value };
    else yield note(`The secret ${name} cannot be read here, so it stays behind.`);
  }
  const { text } = await source.document();
  const document = text === null ? null : source.read(text);
  const moved = [];
  for (const place of keyPlaces(document, source.folder, source.fromEnvironment())) {
    if (place.ref.source === "secret") continue;
    const value = await tried(() => source.resolve(place.ref));
    if (value === null) {
      yield note(`The key of ${place.provider} cannot be read here, so it stays behind.`);
      continue;
    }
    const secret = secretNameFor(place, taken);
    taken.add(secret);
    moved.push({ ...place, secret });
    yield { part: "secret", name: secret, value };
  }
  if (text === null && moved.length === 0) return;
  yield { part: "configuration", text: source.edit(text ?? "", moveOperations(moved, document)) };
}

async function tried(read: () => Promise<string | null>): Promise<string | null> {
  try {
    return await read();
  } catch {
    return null;
  }
}

const note = (text: string): TransferPart => ({ part: "note", text });
