import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import type { ProviderView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { type ConfigValue, type Entry, isEntry, type Json, textOf } from "../../configuration/config-value.ts";

/** A provider as it runs, as it is written down, or both: one that is off does not run, one out of a variable is not written. */
export interface ListedProvider {
  id: string;
  view: ProviderView | null;
  entry: Entry | null;
  isOn: boolean;
}

/** In the order of the document; those that the environment brings come last. */
export function listProviders(views: readonly ProviderView[], value: ConfigValue): ListedProvider[] {
  const written = value.providers.map((entry) => {
    const id = textOf(entry["id"]);
    return { id, entry, view: views.find((view) => view.id === id) ?? null, isOn: entry["enabled"] !== false };
  });
  const others = views.filter(({ id }) => !written.some((each) => each.id === id));
  return [...written, ...others.map((view) => ({ id: view.id, view, entry: null, isOn: true }))];
}

export interface ListedKey {
  name: string;
  reference: string;
  weight: number | null;
  /** Why it is left alone for now; null when it is not. */
  why: string | null;
}

/** Several keys with what is known of each; empty where there is one, or none. */
export function keysOf({ id, entry }: ListedProvider, health: ReplyOf<"listHealth"> | null): ListedKey[] {
  const listed = entry?.["credentials"];
  if (!Array.isArray(listed)) return [];
  return listed.map((key: Json) => {
    const reference = isEntry(key) ? textOf(key["credential"]) : textOf(key);
    const name = isEntry(key) && key["id"] !== undefined ? textOf(key["id"]) : reference;
    const weight = isEntry(key) && typeof key["weight"] === "number" ? key["weight"] : null;
    const resting = health?.targets.find(
      (target) => target.provider === id && target.key === name && target.availableAtUs !== null,
    );
    return { name, reference, weight, why: resting?.why ?? null };
  });
}

/** Models that a route sends elsewhere by their exact name, whatever the default is. */
export const routedElsewhere = (value: ConfigValue, provider: string): string[] =>
  value.routes.flatMap((route) => {
    const match = textOf(route["match"]);
    const isExact = match !== "" && !/[*?]/.test(match);
    return isExact && !namesIn(route["targets"]).includes(provider) ? [match] : [];
  });

/** Every provider that a list of targets names, in groups as well. */
export function namesIn(targets: Json | undefined): string[] {
  if (!Array.isArray(targets)) return [];
  return targets.flatMap((target) => {
    if (typeof target === "string") return [target.split("/", 1)[0] ?? ""];
    if (!isEntry(target)) return [];
    return [textOf(target["provider"]), ...namesIn(target["targets"])].filter((name) => name !== "");
  });
}
