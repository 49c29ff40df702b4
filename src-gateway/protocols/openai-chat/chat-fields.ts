/** Taking an object of this wire apart without losing any of it: what is not understood stays behind, and becomes `home`. */
import { GatewayError } from "../../ir/errors.ts";
import type { JsonObject } from "../../ir/json.ts";
import { Leftovers } from "../leftovers.ts";
import { asObject } from "../loose-json.ts";

/** Each function removes the field and returns it, or leaves it where it is when its value is of another type. */
export class Taker {
  private readonly left: Leftovers;

  constructor(source: JsonObject) {
    this.left = new Leftovers(source);
  }

  text(name: string): string | undefined {
    const value = this.left.peek(name);
    return typeof value === "string" ? this.take(name, value) : undefined;
  }

  /** A text with something in it. */
  filled(name: string): string | undefined {
    const value = this.left.peek(name);
    return typeof value === "string" && value !== "" ? this.take(name, value) : undefined;
  }

  number(name: string): number | undefined {
    const value = this.left.peek(name);
    return typeof value === "number" ? this.take(name, value) : undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.left.peek(name);
    return typeof value === "boolean" ? this.take(name, value) : undefined;
  }

  object(name: string): JsonObject | undefined {
    const value = asObject(this.left.peek(name));
    return value ? this.take(name, value) : undefined;
  }

  /** A list with something in it. */
  list(name: string): unknown[] | undefined {
    const value = this.left.peek(name);
    return Array.isArray(value) && value.length > 0 ? this.take(name, value as unknown[]) : undefined;
  }

  any(name: string): unknown {
    const value = this.left.peek(name);
    return value === undefined ? undefined : this.take(name, value);
  }

  /** The value, left where it is. */
  peek(name: string): unknown {
    return this.left.peek(name);
  }

  has(name: string): boolean {
    return this.left.has(name);
  }

  /** What nobody took, ready to be a `home`. */
  rest(): JsonObject {
    return escapeNames(this.left.rest());
  }

  private take<Value>(name: string, value: Value): Value {
    this.left.dropFound(name);
    return value;
  }
}

export const createTaker = (source: JsonObject): Taker => new Taker(source);

/** Names with `$` in front are the codec's own; a client's field of such a name gets a second one. */
function escapeNames(fields: JsonObject): JsonObject {
  for (const name in fields) {
    if (isOwnName(name))
      return Object.fromEntries(
        Object.entries(fields).map(([key, value]) => [isOwnName(key) ? `$${key}` : key, value]),
      );
  }
  return fields;
}

const isOwnName = (name: string): boolean => name.startsWith("$");

const NOTHING: JsonObject = Object.freeze({});

/** The fields of a `home` that go on the wire. */
export function wireFields(home: JsonObject | undefined): JsonObject {
  if (!home) return NOTHING;
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
