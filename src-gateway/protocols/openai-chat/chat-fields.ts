/** Taking an object of this wire apart without losing any of it: what is not understood stays behind, and becomes `home`. */
import { GatewayError } from "../../ir/errors.ts";
import type { JsonObject } from "../../ir/json.ts";
import { asObject } from "../loose-json.ts";

/** Each function removes the field and returns it, or leaves it where it is when its value is of another type. */
export interface Taker {
  text(name: string): string | undefined;
  /** A text with something in it. */
  filled(name: string): string | undefined;
  number(name: string): number | undefined;
  flag(name: string): boolean | undefined;
  object(name: string): JsonObject | undefined;
  /** A list with something in it. */
  list(name: string): unknown[] | undefined;
  any(name: string): unknown;
  /** The value, left where it is. */
  peek(name: string): unknown;
  has(name: string): boolean;
  /** What nobody took, ready to be a `home`. */
  rest(): JsonObject;
}

export function createTaker(source: JsonObject): Taker {
  const left = { ...source };
  const peek = (name: string): unknown => (Object.hasOwn(left, name) ? left[name] : undefined);
  const take = <T>(name: string, value: T | undefined): T | undefined => {
    if (value !== undefined) delete left[name];
    return value;
  };
  const text = (name: string): string | undefined => {
    const value = peek(name);
    return take(name, typeof value === "string" ? value : undefined);
  };
  return {
    text,
    filled: (name) => (peek(name) === "" ? undefined : text(name)),
    number(name) {
      const value = peek(name);
      return take(name, typeof value === "number" ? value : undefined);
    },
    flag(name) {
      const value = peek(name);
      return take(name, typeof value === "boolean" ? value : undefined);
    },
    object: (name) => take(name, asObject(peek(name)) ?? undefined),
    list(name) {
      const value = peek(name);
      return take(name, Array.isArray(value) && value.length > 0 ? value : undefined);
    },
    any: (name) => take(name, peek(name)),
    peek,
    has: (name) => Object.hasOwn(left, name),
    rest: () => escapeNames(left),
  };
}

/** Names with `$` in front are the codec's own; a client's field of such a name gets a second one. */
const escapeNames = (fields: JsonObject): JsonObject =>
  Object.keys(fields).some((name) => name.startsWith("$"))
    ? Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name.startsWith("$") ? `$${name}` : name, value]),
      )
    : fields;

/** The fields of a `home` that go on the wire. */
export function wireFields(home: JsonObject | undefined): JsonObject {
  if (!home) return {};
  return Object.fromEntries(
    Object.entries(home).flatMap(([name, value]): [string, unknown][] => {
      if (!name.startsWith("$")) return [[name, value]];
      return name.startsWith("$$") ? [[name.slice(1), value]] : [];
    }),
  );
}

/** `home` as a member to spread: none when there is nothing to remember. Notes that are undefined or empty are left out. */
export function withHome(rest: JsonObject, notes: JsonObject = {}): { home?: JsonObject } {
  const home = { ...rest };
  for (const [name, value] of Object.entries(notes)) if (isWorthNoting(value)) home[name] = value;
  return Object.keys(home).length === 0 ? {} : { home };
}

function isWorthNoting(value: unknown): boolean {
  if (value === undefined || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  const object = asObject(value);
  return object === null || Object.keys(object).length > 0;
}

/** The object without the fields that the original did not have. */
export function withoutLacking(json: JsonObject, home: JsonObject | undefined): JsonObject {
  const lacks = home?.["$lacks"];
  if (!Array.isArray(lacks)) return json;
  return Object.fromEntries(Object.entries(json).filter(([name]) => !lacks.includes(name)));
}

export const invalid = (param: string, what: string): GatewayError =>
  new GatewayError("invalid_request", `\`${param}\` ${what}`, { param });
