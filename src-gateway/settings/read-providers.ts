import { dirname } from "node:path";
import { isMap, type Node } from "yaml";
import { PROVIDER_WIRES, type ProviderWire, WIRE_PROTOCOL_ALIASES } from "../ir/protocol.ts";
import { baseUrlProblem, withoutSlash } from "./base-url.ts";
import { HOW_TO_GIVE_KEYS, parseCredential } from "./credential-ref.ts";
import { nearest } from "./nearest.ts";
import { readOnStatus } from "./read-on-status.ts";
import { readBilling } from "./read-prices.ts";
import { CLEAR_KEY_NAMES, CLEAR_TEXT, readHeaders, readOptions, refuseClearKeys } from "./read-provider-extras.ts";
import { looksLikeKey, quote } from "./secret-text.ts";
import type { CredentialRef, ProviderConfig } from "./types.ts";
import type { YamlReader } from "./yaml-reader.ts";

const PROVIDER_MEMBERS = [
  "id",
  "kind",
  "enabled",
  "base_url",
  "credential",
  "credentials",
  "protocols",
  "models",
  "headers",
  "on_status",
  "billing",
  "options",
] as const;

const KEY_MEMBERS = ["id", "credential", "weight", "max_concurrency"] as const;

/**
 * The entries of `providers:`; `ids` also holds those of entries with a mistake, so that their routes are not refused too,
 * and those that are switched off, so that their routes may stay.
 */
export function readProviders(
  reader: YamlReader,
  node: Node | undefined,
  path: string,
  kinds: ReadonlySet<string>,
): { providers: ProviderConfig[]; ids: Set<string>; disabled: string[] } {
  const providers: ProviderConfig[] = [];
  const disabled: string[] = [];
  const ids = new Set<string>();
  for (const [index, item] of reader.items(node, "providers").entries()) {
    const provider = readProvider(reader, item, `providers[${index}]`, { folder: dirname(path), kinds });
    if (!provider) continue;
    if (ids.has(provider.id))
      reader.refuse(
        item,
        `providers[${index}].id`,
        `${quote(provider.id)} stands twice`,
        "give each instance a name of its own",
      );
    ids.add(provider.id);
    if (isEnabled(reader, item, `providers[${index}].enabled`)) providers.push(provider);
    else disabled.push(provider.id);
  }
  return { providers, ids, disabled };
}

function isEnabled(reader: YamlReader, node: Node, key: string): boolean {
  return !isMap(node) || (reader.flag(reader.entries(node).get("enabled"), key) ?? true);
}

interface ProviderContext {
  /** Where relative paths start. */
  folder: string;
  kinds: ReadonlySet<string>;
}

function readProvider(
  reader: YamlReader,
  node: Node,
  key: string,
  { folder, kinds }: ProviderContext,
): ProviderConfig | null {
  if (isMap(node)) refuseClearKeys(reader, node, key);
  const members = reader.members(
    node,
    key,
    isMap(node) ? [...PROVIDER_MEMBERS, ...clearNamesIn(reader, node)] : PROVIDER_MEMBERS,
  );
  if (!members) return null;
  const id = reader.text(members.get("id"), `${key}.id`);
  if (!members.has("id")) reader.refuse(node, `${key}.id`, "is missing", "a name of your choice");
  // A provider named like its row needs no second word for it.
  const kind = members.has("kind") ? reader.text(members.get("kind"), `${key}.kind`) : id;
  if (id !== null) checkId(reader, members.get("id"), `${key}.id`, id);
  if (kind !== null) checkKind(reader, members.get("kind") ?? node, `${key}.kind`, kind, kinds);
  const provider: ProviderConfig = { id: id ?? "", kind: kind ?? "", where: reader.where(node) };

  const baseUrl = reader.text(members.get("base_url"), `${key}.base_url`);
  const refusal = baseUrl === null ? null : baseUrlProblem(baseUrl);
  if (refusal) reader.refuse(members.get("base_url"), `${key}.base_url`, refusal.problem, refusal.hint);
  else if (baseUrl !== null) provider.baseUrl = withoutSlash(baseUrl);

  const credential = readCredential(reader, members.get("credential"), `${key}.credential`, folder);
  if (credential) provider.credential = credential;
  const credentials = readCredentials(reader, members.get("credentials"), `${key}.credentials`, folder);
  if (credentials.length > 0) provider.credentials = credentials;
  if (members.has("credential") && members.has("credentials"))
    reader.refuse(members.get("credentials"), `${key}.credentials`, "stands beside credential", "give one of the two");
  const protocols = readProtocols(reader, members.get("protocols"), `${key}.protocols`);
  if (protocols) provider.protocols = protocols;
  const models = readModels(reader, members.get("models"), `${key}.models`);
  if (models) provider.models = models;
  const headers = readHeaders(reader, members.get("headers"), `${key}.headers`);
  if (headers) provider.headers = headers;
  const onStatus = readOnStatus(reader, members.get("on_status"), `${key}.on_status`);
  if (onStatus) provider.onStatus = onStatus;
  const billing = readBilling(reader, members.get("billing"), `${key}.billing`);
  if (billing) provider.billing = billing;
  const options = readOptions(reader, members.get("options"), `${key}.options`);
  if (options) provider.options = options;
  return id === null || kind === null ? null : provider;
}

/** Refused already, with the way to do it right: not once more as unknown. */
const clearNamesIn = (reader: YamlReader, node: Node): string[] =>
  isMap(node) ? [...reader.entries(node).keys()].filter((name) => CLEAR_KEY_NAMES.test(name)) : [];

function checkId(reader: YamlReader, node: Node | undefined, key: string, id: string): void {
  if (id === "loopback") reader.refuse(node, key, '"loopback" is the built-in provider', "choose another name");
  else if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(id) || looksLikeKey(id)) {
    reader.refuse(
      node,
      key,
      `${quote(id)} cannot be a name`,
      "allowed: letters, digits, dot, dash and underscore, at most 64",
    );
  }
}

function checkKind(reader: YamlReader, node: Node, key: string, kind: string, kinds: ReadonlySet<string>): void {
  if (kinds.has(kind)) return;
  const meant = nearest(kind, kinds);
  const anything = "for anything else openai-compatible or anthropic-compatible with a base_url";
  reader.refuse(
    node,
    key,
    `${quote(kind)} is not in the catalogue`,
    `${meant ? `did you mean ${meant}? ` : ""}${anything}`,
  );
}

function readCredential(reader: YamlReader, node: Node | undefined, key: string, folder: string): CredentialRef | null {
  if (node === undefined) return null;
  if (isMap(node)) {
    reader.refuse(node, key, "must be a text", HOW_TO_GIVE_KEYS);
    return null;
  }
  const text = reader.text(node, key);
  if (text === null) return null;
  const credential = parseCredential(text, folder);
  if (!credential)
    reader.refuse(node, key, "does not say where the key is; a key in clear text is refused", HOW_TO_GIVE_KEYS);
  return credential;
}

/** Several keys: each a place where one is kept, or `{id, credential, weight, max_concurrency}`. */
function readCredentials(
  reader: YamlReader,
  node: Node | undefined,
  key: string,
  folder: string,
): NonNullable<ProviderConfig["credentials"]> {
  const ids = new Set<string>();
  return reader.items(node, key).flatMap((item, index) => {
    const at = `${key}[${index}]`;
    const members = isMap(item) ? reader.members(item, at, KEY_MEMBERS) : null;
    const credential = readCredential(reader, members ? members.get("credential") : item, at, folder);
    if (isMap(item) && !members?.has("credential"))
      reader.refuse(item, `${at}.credential`, "is missing", HOW_TO_GIVE_KEYS);
    const id = reader.text(members?.get("id"), `${at}.id`) ?? `key-${index + 1}`;
    const weight = reader.number(members?.get("weight"), `${at}.weight`, 0.001, 1_000_000) ?? 1;
    if (looksLikeKey(id)) reader.refuse(members?.get("id") ?? item, `${at}.id`, CLEAR_TEXT, HOW_TO_GIVE_KEYS);
    if (ids.has(id)) reader.refuse(item, `${at}.id`, `${quote(id)} stands twice`, "give each key a name of its own");
    ids.add(id);
    const maxConcurrency = readMaxConcurrency(reader, members?.get("max_concurrency"), `${at}.max_concurrency`);
    return credential ? [{ id, credential, weight, ...(maxConcurrency === null ? {} : { maxConcurrency }) }] : [];
  });
}

function readMaxConcurrency(reader: YamlReader, node: Node | undefined, key: string): number | null {
  const asked = reader.number(node, key, 1, 1_000_000);
  if (asked === null || Number.isInteger(asked)) return asked;
  reader.refuse(node, key, "is no number of requests", "1 or more, or leave it out");
  return null;
}

function readProtocols(reader: YamlReader, node: Node | undefined, key: string): ProviderWire[] | null {
  if (node === undefined) return null;
  const protocols = new Set<ProviderWire>();
  const items = reader.items(node, key);
  for (const [index, item] of items.entries()) {
    const text = reader.text(item, `${key}[${index}]`);
    if (text === null) continue;
    const aliases: Readonly<Record<string, ProviderWire>> = WIRE_PROTOCOL_ALIASES;
    const wire =
      PROVIDER_WIRES.find((name) => name === text) ?? (Object.hasOwn(aliases, text) ? aliases[text] : undefined);
    if (wire) protocols.add(wire);
    else
      reader.refuse(item, `${key}[${index}]`, `${quote(text)} is no protocol`, `allowed: ${PROVIDER_WIRES.join(", ")}`);
  }
  if (items.length === 0)
    reader.refuse(node, key, "names no protocol", `allowed: ${PROVIDER_WIRES.join(", ")}; or leave it out`);
  return [...protocols];
}

function readModels(reader: YamlReader, node: Node | undefined, key: string): string[] | null {
  if (node === undefined) return null;
  const models = reader.items(node, key).map((item, index) => reader.text(item, `${key}[${index}]`));
  return [...new Set(models.filter((model) => model !== null))];
}
