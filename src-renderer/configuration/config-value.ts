/**
 * What the pages that steer read out of the configuration's document, and how they change it.
 *
 * The document is the operator's: what the console does not know in it is left as it is.
 */
import type { OperationInput } from "../../src-gateway/admin-api/contract/configuration-schemas.ts";

export type Operation = OperationInput;
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export interface Entry {
  [name: string]: Json;
}

/** Only what the pages show by itself; everything else stands in the entries as it was written. */
export interface ConfigValue {
  providers: Entry[];
  routes: Entry[];
  aliases: Record<string, string>;
  /** By protocol, with `*` for all others. More than one provider stand in their order. */
  defaults: Record<string, string[]>;
  /** As it was written; undefined where it is not. */
  defaultProvider: Json | undefined;
  limits: Record<LimitList, Entry[]>;
}

/** The lists that say how much may be spent and how fast, by their names in the document. */
export type LimitList = "budgets" | "rate_limits";

/** @param value of the document; whatever in it has not the expected form is not shown. */
export function readConfigValue(value: unknown): ConfigValue {
  const members = isEntry(value) ? value : {};
  const aliases = isEntry(members["aliases"]) ? members["aliases"] : {};
  return {
    providers: entriesOf(members["providers"]),
    routes: entriesOf(members["routes"]),
    aliases: Object.fromEntries(Object.entries(aliases).map(([name, model]) => [name, textOf(model)])),
    defaults: defaultsOf(members["default_provider"]),
    defaultProvider: members["default_provider"],
    limits: { budgets: entriesOf(members["budgets"]), rate_limits: entriesOf(members["rate_limits"]) },
  };
}

export const isEntry = (value: unknown): value is Entry =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const entriesOf = (value: unknown): Entry[] => (Array.isArray(value) ? value.filter(isEntry) : []);

function defaultsOf(value: Json | undefined): Record<string, string[]> {
  if (value === undefined || value === null) return {};
  if (!isEntry(value)) return { "*": namesOf(value) };
  return Object.fromEntries(Object.entries(value).map(([protocol, names]) => [protocol, namesOf(names)]));
}

const namesOf = (value: Json): string[] =>
  (Array.isArray(value) ? value : [value]).filter((name) => typeof name === "string");

export const textOf = (value: Json | undefined): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/** Sets a member, or takes it away where there is nothing to say. */
export const put = (path: Operation["path"], value: Json | undefined): Operation =>
  value === undefined ? { op: "remove", path } : { op: "set", path, value };

/** From one entry of a list to another, member by member. @param at leads to the entry. */
export const entryOperations = (at: Operation["path"], before: Entry, after: Entry): Operation[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => put([...at, name], after[name]));
