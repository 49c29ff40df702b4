import type { CatalogueEntryView } from "../../../src-gateway/admin-api/contract/provider-setup-endpoints.ts";
import { type Entry, isEntry, type Json, type Operation, put, textOf } from "../../configuration/config-value.ts";

export type KeyWay = "keep" | "paste" | "reference" | "none";

/** What somebody types about a provider. The key itself is kept nowhere but here, until it is sent once. */
export interface ProviderDraft {
  id: string;
  kind: string;
  baseUrl: string;
  options: Record<string, string>;
  keyWay: KeyWay;
  secret: string;
  reference: string;
  /** The new key stands beside those that there are. */
  isBeside: boolean;
}

export function newDraft(kind: CatalogueEntryView, taken: readonly string[]): ProviderDraft {
  let id = kind.kind;
  for (let number = 2; taken.includes(id); number += 1) id = `${kind.kind}-${number}`;
  return {
    id,
    kind: kind.kind,
    baseUrl: "",
    options: Object.fromEntries(kind.options.map((name) => [name, ""])),
    keyWay: kind.needsCredential ? "paste" : "none",
    secret: "",
    reference: "",
    isBeside: false,
  };
}

export function draftOf(entry: Entry, kind: CatalogueEntryView | undefined): ProviderDraft {
  const options = isEntry(entry["options"]) ? entry["options"] : {};
  const names = new Set([...(kind?.options ?? []), ...Object.keys(options)]);
  return {
    id: textOf(entry["id"]),
    kind: textOf(entry["kind"]) || textOf(entry["id"]),
    baseUrl: textOf(entry["base_url"]),
    options: Object.fromEntries([...names].map((name) => [name, textOf(options[name])])),
    keyWay: "keep",
    secret: "",
    reference: "",
    isBeside: false,
  };
}

/**
 * The entry of `providers:` that a draft stands for; whatever the draft does not know stays as it was.
 * @param reference where the new key is; null for a key that is not kept yet, or none.
 */
export function entryOf(draft: ProviderDraft, before: Entry | null, reference: string | null): Entry {
  const entry: Entry = { ...before, id: draft.id };
  if (before === null) entry["kind"] = draft.kind;
  setOrDrop(entry, "base_url", draft.baseUrl.trim());
  const options: Entry = isEntry(before?.["options"]) ? { ...before["options"] } : {};
  for (const [name, text] of Object.entries(draft.options)) {
    if (text.trim() !== textOf(options[name])) setOrDrop(options, name, text.trim());
  }
  if (Object.keys(options).length > 0) entry["options"] = options;
  else delete entry["options"];
  if (draft.keyWay !== "keep") putKey(entry, draft.isBeside ? before : null, reference);
  return entry;
}

function putKey(entry: Entry, beside: Entry | null, reference: string | null): void {
  const present = beside === null ? [] : presentKeys(beside);
  delete entry["credential"];
  delete entry["credentials"];
  if (reference === null) return;
  if (present.length > 0) entry["credentials"] = [...present, reference];
  else entry["credential"] = reference;
}

export function presentKeys(entry: Entry): Json[] {
  const several = entry["credentials"];
  if (Array.isArray(several)) return several;
  return entry["credential"] === undefined || entry["credential"] === null ? [] : [entry["credential"]];
}

function setOrDrop(entry: Entry, name: string, text: string): void {
  if (text === "") delete entry[name];
  else entry[name] = text;
}

/** The small changes from one entry to another, so that lines that say the same stay as they are. */
export function operationsBetween(id: string, before: Entry, after: Entry): Operation[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => put(["providers", { id }, name], after[name]));
}

/** Where its addresses are: what was typed, and those that the kind has by protocol. */
export function addressesOf(draft: ProviderDraft, kind: CatalogueEntryView | undefined): string[] {
  const known = Object.values(kind?.protocols ?? {}).filter((url) => /^https?:/.test(url) && !url.includes("{"));
  return [...new Set([draft.baseUrl.trim(), ...known])].filter((url) => url !== "");
}

/** The first thing that keeps the draft from being tried; null when nothing does. */
export function missingIn(draft: ProviderDraft, kind: CatalogueEntryView | undefined): "id" | "baseUrl" | "key" | null {
  if (!/^[\w.-]{1,64}$/.test(draft.id)) return "id";
  if (kind?.needsBaseUrl === true && draft.baseUrl.trim() === "") return "baseUrl";
  if (draft.keyWay === "paste" && draft.secret.trim() === "") return "key";
  if (draft.keyWay === "reference" && !/^(?:env|file|keychain|secret):./.test(draft.reference.trim())) return "key";
  return null;
}
