/** How an entry of `budgets:` or `rate_limits:` is named, found and taken away. Pure but for the words. */
import {
  type ConfigValue,
  type Entry,
  type LimitList,
  type Operation,
  textOf,
} from "../../configuration/config-value.ts";
import type { Basis, ConfigChange } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { RATE_SCOPES } from "./limit-draft.ts";

/** By its id where it has one, so that it is found although others came and went. */
export function pathOf(list: LimitList, place: number, entry: Entry): Operation["path"] {
  const id = textOf(entry["id"]);
  return [list, id === "" ? place : { id }];
}

/** A rate limit needs no id. */
export const nameOfLimit = (entry: Entry): string => textOf(entry["id"]) || scopeOf(textOf(entry["per"]));

export function scopeOf(per: string): string {
  const known = RATE_SCOPES.find((each) => each === per);
  return known === undefined ? per : t(`budgets:scopes.${known}`);
}

/** The configuration with another entry at a place, or with none of it there. */
export function withLimit(value: ConfigValue, list: LimitList, place: number, entry: Entry | null): ConfigValue {
  const entries = value.limits[list].toSpliced(place, 1, ...(entry === null ? [] : [entry]));
  return { ...value, limits: { ...value.limits, [list]: entries } };
}

export const removeLimit = (
  value: ConfigValue,
  list: LimitList,
  place: number,
  { entry, basis }: { entry: Entry; basis: Basis },
): ConfigChange => ({
  operations: [{ op: "remove", path: [list, place] }],
  undo: [{ op: "insert", path: [list, place], value: entry }],
  message: t(`budgets:${list}.removed`, { name: nameOfLimit(entry) }),
  supposed: withLimit(value, list, place, null),
  basis,
});
