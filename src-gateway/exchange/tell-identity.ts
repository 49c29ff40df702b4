/** Tells a provider who asks, where a rule says so. Without a rule the request stays what it is, byte for byte. */
import type { Principal } from "../auth/types.ts";
import { editJson } from "../lib/json-edit.ts";
import { scanJson } from "../lib/json-scan.ts";
import { fitsAnyCase } from "../lib/patterns.ts";
import type { IdentityFact, IdentityRule } from "../settings/types.ts";

export interface Told {
  headers: Record<string, string>;
  body: Buffer[];
}

export interface Telling {
  principal: Principal;
  project: string | null;
  provider: string;
  /** As the client asked for it; null where the request names none. */
  model: string | null;
}

/** @param hasJson whether the body is a JSON object, which alone has members. */
export function tellIdentity<Request extends Told>(
  request: Request,
  rules: readonly IdentityRule[],
  telling: Telling,
  hasJson = true,
): Request {
  if (rules.length === 0) return request;
  const headers: Record<string, string> = {};
  const fields: [string, string][] = [];
  for (const rule of rules) {
    const value = holds(rule, telling) ? valueOf(rule.send, telling) : null;
    if (value === null) continue;
    if (rule.header !== undefined) headers[rule.header] = inHeader(value);
    if (rule.field !== undefined && hasJson) fields.push([rule.field, value]);
  }
  return {
    ...request,
    headers: { ...request.headers, ...headers },
    body: fields.length === 0 ? request.body : [withFields(Buffer.concat(request.body), fields)],
  };
}

const holds = ({ providers, models }: IdentityRule, { provider, model }: Telling): boolean =>
  (providers === undefined || providers.some((pattern) => fitsAnyCase(pattern, provider))) &&
  (models === undefined || (model !== null && models.some((pattern) => fitsAnyCase(pattern, model))));

function valueOf(fact: IdentityFact, { principal, project }: Telling): string | null {
  // Nobody was asked who it is.
  if (principal.hashedId === undefined) return null;
  const values: Record<IdentityFact, string | null> = {
    email: principal.email,
    id: String(principal.userId),
    "hashed-id": principal.hashedId,
    team: principal.teamName ?? null,
    project,
  };
  return values[fact];
}

/** Other characters than these would end a header, or be read in different ways. */
const inHeader = (value: string): string =>
  value.replace(/[^\x20-\x7e]+/g, (part) => encodeURIComponent(part.toWellFormed()));

/** What the client said of itself there is replaced: the rule is for those who have to know who it was. */
function withFields(bytes: Buffer, fields: readonly [string, string][]): Buffer {
  const root = scanJson(bytes);
  const edits: Record<string, string> = {};
  for (const [path, value] of fields) {
    const [outer = "", inner] = path.split(".");
    if (inner === undefined) {
      edits[outer] = JSON.stringify(value);
      continue;
    }
    const member = root.members.get(outer);
    const text = edits[outer] ?? (member?.kind === "object" ? bytes.toString("utf8", member.start, member.end) : "{}");
    const object = Buffer.from(text);
    edits[outer] = editJson(object, scanJson(object), { [inner]: JSON.stringify(value) }).toString("utf8");
  }
  return editJson(bytes, root, edits);
}
