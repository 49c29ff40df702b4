/** gateway.yaml (or .json): providers, routes and aliases. Everything wrong is reported at once, with file and line. */
import { isMap, type Node } from "yaml";
import { WIRE_PROTOCOL_ALIASES, WIRE_PROTOCOLS, type WireProtocol } from "../ir/protocol.ts";
import { parseCredential } from "./credential-ref.ts";
import { nearest } from "./nearest.ts";
import { looksLikeKey } from "./secret-text.ts";
import { type ConfigFileContent, type ProviderConfig, type RouteConfig, type RouteTarget, SettingsError } from "./types.ts";
import { YamlReader } from "./yaml-reader.ts";

export interface KnownNames {
  /** Ids of the catalogue's rows. */
  kinds: ReadonlySet<string>;
  /** Providers that exist without the file: from settings or environment. */
  otherProviderIds: ReadonlySet<string>;
}

const PROVIDER_KEYS = ["id", "kind", "base_url", "credential", "protocols", "models", "headers", "options"];
const CLEAR_KEYS = ["api_key", "apikey", "apiKey", "key", "token", "secret", "password"];
const CREDENTIAL_HEADERS = new Set(["authorization", "x-api-key", "api-key", "x-goog-api-key", "proxy-authorization", "cookie"]);
const STRATEGIES = ["single", "fallback", "weighted"] as const;
const HOW_TO_GIVE_KEYS = "write credential: env:NAME, file:PATH or keychain:NAME";

/** @throws SettingsError */
export function readConfigFile(path: string, text: string, known: KnownNames): ConfigFileContent {
  const reader = new YamlReader(path, text);
  const content: ConfigFileContent = { providers: [], routes: [], aliases: {} };
  if (reader.document !== null) {
    const members = reader.members(reader.document, "file", ["providers", "routes", "aliases"]);
    if (members) {
      content.providers = readProviders(reader, members.get("providers"), known);
      const ids = new Set([...content.providers.map((provider) => provider.id), ...known.otherProviderIds, "loopback"]);
      content.routes = readRoutes(reader, members.get("routes"), ids);
      content.aliases = readAliases(reader, members.get("aliases"));
    }
  }
  if (reader.problems.length > 0) throw new SettingsError(reader.problems);
  return content;
}

function readProviders(reader: YamlReader, node: Node | undefined, known: KnownNames): ProviderConfig[] {
  const providers: ProviderConfig[] = [];
  for (const [index, item] of reader.items(node, "providers").entries()) {
    const provider = readProvider(reader, item, `providers[${index}]`, known);
    if (!provider) continue;
    if (providers.some((other) => other.id === provider.id)) reader.refuse(item, `providers[${index}].id`, `"${provider.id}" stands twice`, "give each instance a name of its own");
    else providers.push(provider);
  }
  return providers;
}

function readProvider(reader: YamlReader, node: Node, key: string, known: KnownNames): ProviderConfig | null {
  if (isMap(node)) {
    for (const [name, value] of reader.entries(node)) {
      if (CLEAR_KEYS.includes(name)) reader.refuse(value, `${key}.${name}`, "a key must not stand in this file in clear text", HOW_TO_GIVE_KEYS);
    }
  }
  const members = reader.members(node, key, [...PROVIDER_KEYS, ...CLEAR_KEYS]);
  if (!members) return null;
  const id = reader.text(members.get("id"), `${key}.id`);
  const kind = reader.text(members.get("kind"), `${key}.kind`) ?? id;
  if (id === null || kind === null) {
    if (!members.has("id")) reader.refuse(node, `${key}.id`, "is missing");
    return null;
  }
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(id) || id === "loopback") {
    reader.refuse(members.get("id"), `${key}.id`, `"${id.slice(0, 80)}" cannot be a name`, "letters, digits, dot, dash and underscore; not loopback");
  }
  if (!known.kinds.has(kind)) {
    const meant = nearest(kind, known.kinds);
    reader.refuse(members.get("kind") ?? members.get("id"), `${key}.kind`, `"${kind.slice(0, 80)}" is not in the catalogue`, `${meant ? `did you mean ${meant}? ` : ""}for anything else use openai-compatible or anthropic-compatible with a base_url`);
  }
  const provider: ProviderConfig = { id, kind, where: reader.where(node) };
  const baseUrl = readBaseUrl(reader, members.get("base_url"), `${key}.base_url`);
  if (baseUrl) provider.baseUrl = baseUrl;
  readCredential(reader, members.get("credential"), `${key}.credential`, provider);
  const protocols = readProtocols(reader, members.get("protocols"), `${key}.protocols`);
  if (protocols) provider.protocols = protocols;
  const models = members.has("models") ? reader.items(members.get("models"), `${key}.models`).map((item, n) => reader.text(item, `${key}.models[${n}]`)) : null;
  if (models) provider.models = models.filter((model) => model !== null);
  const headers = readHeaders(reader, members.get("headers"), `${key}.headers`);
  if (headers) provider.headers = headers;
  const options = members.get("options");
  if (options) {
    if (isMap(options)) provider.options = reader.json(options) as Record<string, unknown>;
    else reader.refuse(options, `${key}.options`, "must be a map of names to values");
  }
  return provider;
}

function readCredential(reader: YamlReader, node: Node | undefined, key: string, provider: ProviderConfig): void {
  const text = reader.text(node, key);
  if (text === null) return;
  const credential = parseCredential(text);
  if (credential) provider.credential = credential;
  else reader.refuse(node, key, "does not say where the key is", HOW_TO_GIVE_KEYS);
}

function readBaseUrl(reader: YamlReader, node: Node | undefined, key: string): string | null {
  const text = reader.text(node, key);
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) reader.refuse(node, key, "is no http(s) address", "such as https://api.example.com/v1");
  else if (url.username !== "" || url.password !== "") reader.refuse(node, key, "must not hold a user or password", HOW_TO_GIVE_KEYS);
  else if (url.search !== "" || url.hash !== "") reader.refuse(node, key, "must not hold a query", "only scheme, host, port and path");
  else return text.replace(/\/+$/, "");
  return null;
}

function readProtocols(reader: YamlReader, node: Node | undefined, key: string): WireProtocol[] | null {
  if (node === undefined) return null;
  const protocols: WireProtocol[] = [];
  for (const [index, item] of reader.items(node, key).entries()) {
    const text = reader.text(item, `${key}[${index}]`);
    if (text === null) continue;
    const wire = WIRE_PROTOCOLS.find((name) => name === text) ?? WIRE_PROTOCOL_ALIASES[text];
    if (wire) protocols.push(wire);
    else reader.refuse(item, `${key}[${index}]`, `"${text.slice(0, 60)}" is no protocol`, `allowed: ${WIRE_PROTOCOLS.join(", ")}`);
  }
  return protocols;
}

function readHeaders(reader: YamlReader, node: Node | undefined, key: string): Record<string, string> | null {
  if (node === undefined) return null;
  if (!isMap(node)) {
    reader.refuse(node, key, "must be a map of names to values");
    return null;
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of reader.entries(node)) {
    const text = reader.text(value, `${key}.${name}`);
    if (CREDENTIAL_HEADERS.has(name.toLowerCase()) || (text !== null && looksLikeKey(text))) {
      reader.refuse(value, `${key}.${name}`, "a key must not stand in this file in clear text", HOW_TO_GIVE_KEYS);
    } else if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name) || (text !== null && /[\r\n\0]/.test(text))) {
      reader.refuse(value, `${key}.${name}`, "is no header that can be sent");
    } else if (text !== null) headers[name.toLowerCase()] = text;
  }
  return headers;
}

function readRoutes(reader: YamlReader, node: Node | undefined, providerIds: ReadonlySet<string>): RouteConfig[] {
  const routes: RouteConfig[] = [];
  for (const [index, item] of reader.items(node, "routes").entries()) {
    const key = `routes[${index}]`;
    const members = reader.members(item, key, ["match", "strategy", "targets"]);
    if (!members) continue;
    const match = reader.text(members.get("match"), `${key}.match`);
    if (!members.has("match")) reader.refuse(item, `${key}.match`, "is missing", "a model name, or a pattern such as gpt-*");
    const targets = reader.items(members.get("targets"), `${key}.targets`).flatMap((target, n) => readTarget(reader, target, `${key}.targets[${n}]`, providerIds) ?? []);
    if (targets.length === 0 && reader.problems.length === 0) reader.refuse(item, `${key}.targets`, "is empty", "such as targets: [{provider: openai}]");
    const asked = reader.text(members.get("strategy"), `${key}.strategy`);
    const strategy = STRATEGIES.find((name) => name === asked) ?? (targets.length > 1 ? "fallback" : "single");
    if (asked !== null && asked !== strategy) reader.refuse(members.get("strategy"), `${key}.strategy`, `"${asked.slice(0, 60)}" is no strategy`, `allowed: ${STRATEGIES.join(", ")}`);
    if (match !== null) routes.push({ match, strategy, targets, where: reader.where(item) });
  }
  return routes;
}

/** `{provider, model?, weight?}`, or the short forms `provider` and `provider/model`. */
function readTarget(reader: YamlReader, node: Node, key: string, providerIds: ReadonlySet<string>): RouteTarget | null {
  const short = isMap(node) ? null : reader.text(node, key);
  const members = isMap(node) ? reader.members(node, key, ["provider", "model", "weight"]) : null;
  const slash = short?.indexOf("/") ?? -1;
  const provider = short === null ? reader.text(members?.get("provider"), `${key}.provider`) : slash < 0 ? short : short.slice(0, slash);
  const model = short === null ? reader.text(members?.get("model"), `${key}.model`) : slash < 0 ? null : short.slice(slash + 1);
  if (provider === null) {
    if (members && !members.has("provider")) reader.refuse(node, `${key}.provider`, "is missing");
    return null;
  }
  if (!providerIds.has(provider)) {
    reader.refuse(node, `${key}.provider`, `"${provider.slice(0, 60)}" is no configured provider`, `known: ${[...providerIds].join(", ")}`);
    return null;
  }
  const weight = reader.number(members?.get("weight"), `${key}.weight`, 0, 1_000_000);
  return { provider, ...(model ? { model } : {}), ...(weight === null ? {} : { weight }) };
}

function readAliases(reader: YamlReader, node: Node | undefined): Record<string, string> {
  if (node === undefined) return {};
  if (!isMap(node)) {
    if (reader.items(node, "aliases").length > 0) reader.refuse(node, "aliases", "must be a map of names to models");
    return {};
  }
  const aliases: [string, string][] = [];
  for (const [name, value] of reader.entries(node)) {
    const model = reader.text(value, `aliases.${name}`);
    if (model !== null) aliases.push([name, model]);
  }
  return Object.fromEntries(aliases);
}
