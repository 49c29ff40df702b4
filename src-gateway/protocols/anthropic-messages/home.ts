/** What is kept of a piece of JSON besides what the shared vocabulary has words for. */
import type { JsonObject } from "../../ir/json.ts";
import { Leftovers } from "../leftovers.ts";

/** How a piece was spelled, where the wire allows more than one way. These names never reach a wire. */
const SPELLINGS = new Set(["$at", "$content", "$cache", "$input", "$source", "$stop_reason", "$usage"]);

/** The members of an object, taken one by one; what nobody took is its home. */
export class Fields {
  private readonly members: Leftovers;

  constructor(json: JsonObject) {
    this.members = new Leftovers(json);
  }

  /** Undefined, and left where it is, when it is not of the kind asked for. */
  take<T>(name: string, is: (value: unknown) => value is T): T | undefined {
    const value = this.members.peek(name);
    if (!is(value)) return undefined;
    this.members.dropFound(name);
    return value;
  }

  /** The value, left where it is. */
  peek(name: string): unknown {
    return this.members.peek(name);
  }

  drop(name: string): void {
    this.members.drop(name);
  }

  /** Made when it is first asked for: most pieces have none. */
  get home(): JsonObject {
    return this.members.rest();
  }

  get isHomeless(): boolean {
    return this.members.isEmpty;
  }
}

export const openFields = (json: JsonObject): Fields => new Fields(json);

const NO_HOME = {};

/** As a member to spread: none where nothing is left. */
export const homeOf = (fields: Fields): { home?: JsonObject } => (fields.isHomeless ? NO_HOME : { home: fields.home });

/** The part of a home that goes back to the wire. */
export function written(home: JsonObject | undefined): JsonObject {
  if (!home) return {};
  return Object.fromEntries(Object.entries(home).filter(([name]) => !SPELLINGS.has(name)));
}

/** The fields that have a value: `undefined` is no JSON. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const name of Object.keys(fields) as (keyof T)[]) {
    const value = fields[name];
    if (value !== undefined) kept[name] = value as Exclude<T[keyof T], undefined>;
  }
  return kept;
}

export const isString = (value: unknown): value is string => typeof value === "string";
export const isNumber = (value: unknown): value is number => typeof value === "number";
export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
export const isTrue = (value: unknown): value is true => value === true;
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isObjectList = (value: unknown): value is JsonObject[] => Array.isArray(value) && value.every(isObject);
export const isStringList = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);
