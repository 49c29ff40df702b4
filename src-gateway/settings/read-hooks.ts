/** The entries of `hooks:` in gateway.yaml. */
import { dirname, resolve } from "node:path";
import { isSeq, type Node } from "yaml";
import { HOW_TO_GIVE_KEYS, parseCredential } from "./credential-ref.ts";
import { type HookConfig, type ScriptTarget, WEBHOOK_FORMATS, type WebhookTarget } from "./hook-types.ts";
import { readPatterns } from "./read-conditions.ts";
import { choice, type Entry, refuseMissing } from "./read-limit-parts.ts";
import { looksLikeKey, quote } from "./secret-text.ts";
import type { CredentialRef } from "./types.ts";
import type { YamlReader } from "./yaml-reader.ts";

/** What the script of settings and environment is called. */
export const SETTINGS_HOOK = "settings";
export const STANDARD_TIMEOUT_MS = 30_000;
export const STANDARD_RETRY_FOR_MS = 86_400_000;
const MAX_SPAN_MS = { timeout: 900_000, retry_for: 7 * 86_400_000 } as const;
const MAX_SECRETS = 2;

const COMMON = ["name", "events", "timeout", "retry_for"];
const OF_SCRIPT = ["script", "args", "env"];
const OF_WEBHOOK = ["webhook", "secret", "secrets", "format", "allow_private"];

/** @param path of the file: scripts and files of secrets are looked for beside it. */
export function readHooks(reader: YamlReader, node: Node | undefined, path: string): HookConfig[] {
  const names = new Set<string>();
  return reader.items(node, "hooks").flatMap((item, index) => {
    const key = `hooks[${index}]`;
    const hook = readHook(reader, item, key, dirname(path));
    if (hook === null) return [];
    if (names.has(hook.name)) reader.refuse(item, `${key}.name`, "stands twice", "give each hook a name of its own");
    names.add(hook.name);
    return [hook];
  });
}

function readHook(reader: YamlReader, node: Node, key: string, folder: string): HookConfig | null {
  const members = reader.members(node, key, [...COMMON, ...OF_SCRIPT, ...OF_WEBHOOK]);
  if (!members) return null;
  const entry: Entry = { reader, node, members, key };
  refuseMissing(entry, "name", "a name of your choice, for reports");
  refuseMissing(entry, "events", 'such as events: [gateway.user.*, gateway.provider.down], or "*"');
  const name = readName(entry);
  const events = readPatterns(reader, members.get("events"), `${key}.events`);
  const isScript = members.has("script");
  if (isScript === members.has("webhook"))
    reader.refuse(
      node,
      key,
      isScript ? "is a script and a webhook" : "is neither a script nor a webhook",
      "one of both",
    );
  for (const foreign of isScript ? OF_WEBHOOK : OF_SCRIPT)
    if (members.has(foreign) && foreign !== "webhook")
      reader.refuse(members.get(foreign), `${key}.${foreign}`, `means nothing to a ${isScript ? "script" : "webhook"}`);
  const target = isScript ? readScript(entry, folder) : readWebhook(entry, folder);
  const timeoutMs = readSpan(entry, "timeout") ?? STANDARD_TIMEOUT_MS;
  const retryForMs = readSpan(entry, "retry_for") ?? STANDARD_RETRY_FOR_MS;
  if (name === null || events === null || target === null) return null;
  return { name, events, target, timeoutMs, retryForMs, where: reader.where(node) };
}

function readName({ reader, members, key }: Entry): string | null {
  const node = members.get("name");
  const name = reader.text(node, `${key}.name`);
  if (name === SETTINGS_HOOK)
    reader.refuse(node, `${key}.name`, "is the name of the script of the settings", "take another");
  if (name === null || (/^[\w.-]{1,64}$/.test(name) && !looksLikeKey(name))) return name;
  reader.refuse(node, `${key}.name`, `${quote(name)} is no name`, "letters, digits, dot, dash, underscore; at most 64");
  return null;
}

function readScript(entry: Entry, folder: string): ScriptTarget | null {
  const { reader, members, key } = entry;
  const path = reader.text(members.get("script"), `${key}.script`);
  const passEnv = textsOf(entry, "env");
  for (const name of passEnv)
    if (!/^[A-Za-z_]\w*$/.test(name))
      reader.refuse(
        members.get("env"),
        `${key}.env`,
        `${quote(name)} is no name of a variable`,
        "names only, no values",
      );
  if (path === null) return null;
  return { kind: "script", path: resolve(folder, path), args: textsOf(entry, "args"), passEnv, setEnv: {} };
}

function readWebhook(entry: Entry, folder: string): WebhookTarget | null {
  const { reader, members, key } = entry;
  const url = readAddress(entry, folder);
  const format = choice(entry, "format", WEBHOOK_FORMATS) ?? "json";
  const name = members.has("secrets") ? "secrets" : "secret";
  if (members.has("secret") && members.has("secrets"))
    reader.refuse(members.get("secrets"), `${key}.secrets`, "stands beside secret", "leave one of them");
  const secrets = textsOf(entry, name).flatMap((text): CredentialRef[] => {
    const reference = parseCredential(text, folder);
    if (reference === null)
      reader.refuse(
        members.get(name),
        `${key}.${name}`,
        "a secret must not stand in a file in clear text",
        HOW_TO_GIVE_KEYS,
      );
    return reference === null ? [] : [reference];
  });
  if (secrets.length > MAX_SECRETS)
    reader.refuse(
      members.get(name),
      `${key}.${name}`,
      "are too many",
      "two: the new one, and the one that it replaces",
    );
  if (!members.has(name) && format === "json")
    reader.refuse(entry.node, `${key}.secret`, "is missing", "it signs what is sent, such as secret: env:HOOK_SECRET");
  const allowPrivate = reader.flag(members.get("allow_private"), `${key}.allow_private`) ?? false;
  if (typeof url === "string" && url.startsWith("http:") && !allowPrivate)
    reader.refuse(
      members.get("webhook"),
      `${key}.webhook`,
      "would be sent in clear text",
      "write https://, or allow_private: true where nobody else can listen",
    );
  return url === null ? null : { kind: "webhook", url, secrets, format, allowPrivate };
}

function readAddress({ reader, members, key }: Entry, folder: string): WebhookTarget["url"] | null {
  const node = members.get("webhook");
  const text = reader.text(node, `${key}.webhook`);
  if (text === null) return null;
  const reference = parseCredential(text, folder);
  if (reference !== null) return reference;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url.href;
  reader.refuse(
    node,
    `${key}.webhook`,
    "is no address that can be called",
    "https:// without user and password; or env:NAME, file:PATH where the address is a secret",
  );
  return null;
}

/** One text or a list of them. */
function textsOf({ reader, members, key }: Entry, name: string): string[] {
  const node = members.get(name);
  if (node === undefined) return [];
  const items = isSeq(node) ? reader.items(node, `${key}.${name}`) : [node];
  return items.flatMap((item) => reader.text(item, `${key}.${name}`) ?? []);
}

function readSpan({ reader, members, key }: Entry, name: keyof typeof MAX_SPAN_MS): number | null {
  const node = members.get(name);
  const text = reader.text(node, `${key}.${name}`);
  if (text === null) return null;
  const ms = hookSpanMs(text, name);
  if (ms === null)
    reader.refuse(
      node,
      `${key}.${name}`,
      `${quote(text)} is no time span for this`,
      name === "timeout" ? "1s to 15m" : "1s to 7d",
    );
  return ms;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a text such as `90s` or `1h30m`; a number alone is seconds. Null when it is none, or out of range. */
export function hookSpanMs(text: string, name: keyof typeof MAX_SPAN_MS): number | null {
  const parts = /^\d+$/.test(text) ? [[text, text, "s"]] : [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.map(([part]) => part).join("") !== text) return null;
  const ms = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ""] ?? 0), 0);
  return ms >= 1000 && ms <= MAX_SPAN_MS[name] ? Math.round(ms) : null;
}
