/** What is kept of a piece of JSON besides what the shared vocabulary has words for. */
import type { JsonObject } from "../../ir/json.ts";

/** How a piece was spelled, where the wire allows more than one way. These names never reach a wire. */
const SPELLINGS = new Set(["$at", "$content", "$cache", "$input", "$source", "$stop_reason", "$usage"]);

/** The members of an object, taken one by one; what nobody took is its home. */
export interface Fields {
  /** Undefined, and left where it is, when it is not of the kind asked for. */
  take<T>(name: string, is: (value: unknown) => value is T): T | undefined;
  readonly home: JsonObject;
}

export function openFields(json: JsonObject): Fields {
  const home = { ...json };
  return {
    home,
    take(name, is) {
      const value = home[name];
      if (!is(value)) return undefined;
      delete home[name];
      return value;
    },
  };
}

export const homeOf = (home: JsonObject): { home?: JsonObject } => (Object.keys(home).length === 0 ? {} : { home });

/** The part of a home that goes back to the wire. */
export function written(home: JsonObject | undefined): JsonObject {
  if (!home) return {};
  return Object.fromEntries(Object.entries(home).filter(([name]) => !SPELLINGS.has(name)));
}

/** The fields that have a value: `undefined` is no JSON. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

export const isString = (value: unknown): value is string => typeof value === "string";
export const isNumber = (value: unknown): value is number => typeof value === "number";
export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
export const isTrue = (value: unknown): value is true => value === true;
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isObjectList = (value: unknown): value is JsonObject[] => Array.isArray(value) && value.every(isObject);
export const isStringList = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);
