/** The entries of `identity:`. */
import type { Node } from "yaml";
import { IDENTITY_FACTS, type IdentityRule } from "./identity-types.ts";
import { readPatterns } from "./read-conditions.ts";
import { choice, type Entry, refuseMissing } from "./read-limit-parts.ts";
import { quote } from "./secret-text.ts";
import type { YamlReader } from "./yaml-reader.ts";

/** Credentials travel in these. */
const KEY_HEADERS = new Set(["x-api-key", "x-goog-api-key", "x-auth-token"]);
/** Without them, or with other content, it is another request. */
const NEEDED_FIELDS = new Set([
  "model",
  "messages",
  "input",
  "contents",
  "prompt",
  "stream",
  "stream_options",
  "system",
  "tools",
  "tool_choice",
  "max_tokens",
]);

export function readIdentity(reader: YamlReader, node: Node | undefined): IdentityRule[] {
  return reader.items(node, "identity").flatMap((item, index) => readRule(reader, item, `identity[${index}]`) ?? []);
}

function readRule(reader: YamlReader, node: Node, key: string): IdentityRule | null {
  const members = reader.members(node, key, ["providers", "models", "send", "header", "field"]);
  if (!members) return null;
  const entry: Entry = { reader, node, members, key };
  refuseMissing(entry, "send", `one of ${IDENTITY_FACTS.join(", ")}`);
  if (members.has("header") === members.has("field"))
    reader.refuse(node, key, "names no place, or two", "header: x-user-email, or field: user");
  const send = choice(entry, "send", IDENTITY_FACTS);
  const providers = readPatterns(reader, members.get("providers"), `${key}.providers`);
  const models = readPatterns(reader, members.get("models"), `${key}.models`);
  const header = readHeader(entry);
  const field = readField(entry);
  if (send === null || (header === null) === (field === null)) return null;
  return {
    send,
    ...(providers ? { providers } : {}),
    ...(models ? { models } : {}),
    ...(header === null ? {} : { header }),
    ...(field === null ? {} : { field }),
    where: reader.where(node),
  };
}

function readHeader({ reader, members, key }: Entry): string | null {
  const node = members.get("header");
  const header = reader.text(node, `${key}.header`)?.toLowerCase() ?? null;
  if (header === null || (/^x-[a-z0-9-]{1,60}$/.test(header) && !KEY_HEADERS.has(header))) return header;
  reader.refuse(
    node,
    `${key}.header`,
    `${quote(header)} cannot be used`,
    "a name that begins with x-, such as x-user-email",
  );
  return null;
}

function readField({ reader, members, key }: Entry): string | null {
  const node = members.get("field");
  const field = reader.text(node, `${key}.field`);
  if (field === null) return null;
  if (/^[A-Za-z]\w{0,60}(?:\.[A-Za-z]\w{0,60})?$/.test(field) && !NEEDED_FIELDS.has(field.split(".")[0] ?? ""))
    return field;
  reader.refuse(node, `${key}.field`, `${quote(field)} cannot be used`, "such as user or metadata.user_id");
  return null;
}
