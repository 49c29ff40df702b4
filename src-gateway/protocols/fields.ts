/** Checks on the top-level members of a request body, in words that name the field, the expected type and what came. */
import { GatewayError } from "../ir/errors.ts";
import { type JsonKind, type ScannedMember, stringAt } from "../lib/json-scan.ts";
import { valueAt } from "../lib/json-values.ts";
import { KeyTexts } from "../lib/key-texts.ts";
import type { RequestBody } from "./types.ts";

const ARTICLES: Readonly<Record<JsonKind, string>> = {
  object: "an object",
  array: "an array",
  string: "a string",
  number: "a number",
  boolean: "true or false",
  null: "null",
};

/** By name, in the order in which they are complained about. */
export type FieldKinds = ReadonlyMap<string, readonly JsonKind[]>;

/** Made once for each surface, and not for each request. */
export const fieldKinds = (kinds: Readonly<Record<string, readonly JsonKind[]>>): FieldKinds =>
  new Map(Object.entries(kinds));

/** @throws GatewayError invalid_request */
export function checkFields(body: RequestBody, kinds: FieldKinds): void {
  // A body has fewer fields than there are kinds, and hardly ever a wrong one.
  body.root.members.forEach(({ kind }, name) => {
    if (kinds.get(name)?.includes(kind) === false) throw firstWrongType(body, kinds);
  });
}

function firstWrongType(body: RequestBody, kinds: FieldKinds): unknown {
  for (const [name, allowed] of kinds) {
    const member = body.root.members.get(name);
    if (member && !allowed.includes(member.kind)) return wrongType(name, allowed, member.kind);
  }
  return undefined;
}

/** @throws GatewayError invalid_request when the field is missing. */
export function requireFields(body: RequestBody, names: readonly string[]): void {
  for (const name of names) {
    if (!body.root.members.has(name)) {
      throw new GatewayError("invalid_request", `The field "${name}" is missing.`, { param: name });
    }
  }
}

/** @throws GatewayError invalid_request unless it is a string of 1 to 512 characters. */
export function readModel(body: RequestBody): string {
  const member = body.root.members.get("model");
  if (!member)
    throw new GatewayError(
      "invalid_request",
      'The field "model" is missing. GET /v1/models lists what can be asked for.',
      { param: "model" },
    );
  if (member.kind !== "string") throw wrongType("model", ["string"], member.kind);
  return checkModel(modelAt(body.bytes, member));
}

/** Requests ask for the same few models: a text that was made before is found sooner than it is made, and looked up sooner. */
const models = new KeyTexts();

function modelAt(bytes: Buffer, member: ScannedMember): string {
  const { start, end } = member;
  const middle = bytes[(start + end) >> 1] ?? 0;
  const text = models.textOf(bytes, start + 1, end - 1, 31 * (end - start) + 7 * middle + (bytes[end - 2] ?? 0));
  return text.includes("\\") ? stringAt(bytes, member) : text;
}

export function checkModel(model: string): string {
  if (model.trim() === "" || model.length > 512) {
    throw new GatewayError("invalid_request", 'The field "model" must name a model, in at most 512 characters.', {
      param: "model",
    });
  }
  return model;
}

export function readFlag(body: RequestBody, name: string): boolean {
  const member = body.root.members.get(name);
  return member !== undefined && member.kind === "boolean" && isTrue(body.bytes, member);
}

/** The parsed value of a (small) member; null when it is not there. */
export function readValue(body: RequestBody, name: string): unknown {
  const member = body.root.members.get(name);
  return member ? valueAt(body.bytes, body.root, member) : null;
}

const isTrue = (bytes: Buffer, member: ScannedMember): boolean => bytes[member.start] === 0x74;

function wrongType(name: string, allowed: readonly JsonKind[], kind: JsonKind): GatewayError {
  const expected = allowed.filter((each) => each !== "null" || allowed.length === 1).map((each) => ARTICLES[each]);
  return new GatewayError(
    "invalid_request",
    `The field "${name}" must be ${expected.join(" or ")}, not ${ARTICLES[kind]}.`,
    { param: name },
  );
}
