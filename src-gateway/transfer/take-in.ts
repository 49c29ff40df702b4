/** Taking a file in: first what would change and whether it can, then all of it, or nothing. */
import type { Flags } from "../flags/types.ts";
import { GatewayError } from "../ir/errors.ts";
import type { NounChange } from "../revisions/types.ts";
import type { SecretStore } from "../secrets/types.ts";
import type { ExplainedSetting } from "../settings/types.ts";
import type { OpenPackage } from "./read-package.ts";
import type { People, TransferItem, TransferPart, TransferReport } from "./types.ts";

/** The gateway that is to take it in. */
export interface TransferTarget {
  document: {
    /** What differs, and why it cannot be. @throws GatewayError where the caller may not make this change. */
    check(text: string): Promise<{ changes: NounChange[]; problems: string[] }>;
    /** @returns what takes it back. */
    put(text: string): Promise<() => Promise<void>>;
  };
  secrets: Pick<SecretStore, "list" | "read" | "put" | "remove">;
  flags: Pick<Flags, "list" | "decide" | "look">;
  author: string;
  settings: readonly ExplainedSetting[];
  /** Writes the file of settings where there is none. @returns what takes it back, or null where there is one. */
  putSettings(settings: readonly { key: string; value: string }[]): Promise<(() => Promise<void>) | null>;
  hasSettingsFile: boolean;
  /** In one transaction; without `apply` it is rolled back. */
  people(people: People, options: { apply: boolean; keyProblem: string | null }): Promise<TransferItem[]>;
  /** Why hashes that another secret keyed are of no use here; null when they can be. */
  foreignKeys(secrets: readonly string[]): string | null;
  /** @returns what takes it back. */
  adopt(secrets: readonly string[]): Promise<() => Promise<void>>;
}

type Parts = { [Kind in TransferPart["part"]]: Extract<TransferPart, { part: Kind }>[] } & { ledgerBytes: number };

export async function takeIn(file: OpenPackage, target: TransferTarget, apply: boolean): Promise<TransferReport> {
  // Read to its end before anything is done: a file that is not whole changes nothing.
  const parts = await readAll(file);
  const plan = await planOf(parts, target);
  const report = { about: file.about, ...plan, applied: false };
  if (!apply || plan.problems.length > 0) return report;
  await applyAll(parts, target);
  return { ...report, applied: true };
}

async function readAll(file: OpenPackage): Promise<Parts> {
  const parts: Parts = {
    configuration: [],
    secret: [],
    flag: [],
    setting: [],
    people: [],
    "auth-secret": [],
    note: [],
    ledgerBytes: 0,
  };
  for await (const part of file.parts()) {
    if (part.part === "ledger") parts.ledgerBytes = part.bytes;
    else (parts[part.part] as TransferPart[]).push(part);
  }
  return parts;
}

async function planOf(parts: Parts, target: TransferTarget): Promise<Pick<TransferReport, "items" | "problems">> {
  const items: TransferItem[] = [];
  const problems: string[] = [];
  for (const { text } of parts.configuration) {
    const { changes, problems: found } = await target.document.check(text);
    problems.push(...found);
    for (const { noun, name, change } of changes) {
      const note = change === "removed" ? "removed" : null;
      items.push({
        part: "configuration",
        name: `${noun} ${name}`.trim(),
        change: change === "added" ? "added" : "changed",
        note,
      });
    }
    if (changes.length === 0) items.push({ part: "configuration", name: "gateway.yaml", change: "same", note: null });
  }
  const here = new Set((await target.secrets.list()).map(({ name }) => name));
  for (const { name, value } of parts.secret) {
    const before = here.has(name) ? await target.secrets.read(name).catch(() => null) : null;
    const change = !here.has(name) ? "added" : before === value ? "same" : "changed";
    items.push({ part: "secret", name, change, note: null });
  }
  await target.flags.look();
  items.push(...flagItems(parts, target), ...settingItems(parts, target));
  const keyProblem = target.foreignKeys(parts["auth-secret"].map(({ value }) => value));
  for (const { people } of parts.people) items.push(...(await target.people(people, { apply: false, keyProblem })));
  if (parts.ledgerBytes > 0)
    items.push({
      part: "ledger",
      name: "ledger",
      change: "left",
      note: "only `gateway import --ledger` takes it in, while no gateway runs",
    });
  for (const { text } of parts.note) items.push({ part: "note", name: text, change: "left", note: null });
  return { items, problems };
}

const flagItems = (parts: Parts, { flags }: TransferTarget): TransferItem[] =>
  parts.flag.map(({ name, rule }) => {
    const known = flags.list().find((each) => each.name === name);
    if (!known) return { part: "flag", name, change: "left", note: "this version has no such flag" };
    const isSame = JSON.stringify(known.rule) === JSON.stringify(rule);
    return { part: "flag", name, change: isSame ? "same" : known.rule === null ? "added" : "changed", note: null };
  });

function settingItems(parts: Parts, { settings, hasSettingsFile }: TransferTarget): TransferItem[] {
  return parts.setting.map(({ key, value, from }) => {
    const known = settings.find((each) => each.key === key);
    const name = `${key} = ${value}`;
    const left = (note: string): TransferItem => ({ part: "setting", name, change: "left", note });
    if (!known) return left("this version has no such setting");
    if (known.value === value) return { part: "setting", name, change: "same", note: null };
    if (from === "environment") return left("was set by a variable there; set it here by hand");
    if (hasSettingsFile) return left("there is a file of settings here already; set it there by hand");
    return { part: "setting", name, change: "added", note: "from the next start on" };
  });
}

/** In an order in which everything can be taken back, the database last: it is the one that takes itself back. */
async function applyAll(parts: Parts, target: TransferTarget): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  const authSecrets = parts["auth-secret"].map(({ value }) => value);
  const keyProblem = target.foreignKeys(authSecrets);
  try {
    for (const { name, value } of parts.secret) await putSecret(target, name, value, undo);
    for (const { text } of parts.configuration) undo.push(await target.document.put(text));
    for (const { name, rule } of parts.flag) {
      const known = target.flags.list().find((each) => each.name === name);
      if (!known) continue;
      const before = known.rule;
      undo.push(() => target.flags.decide(name, before, target.author));
      await target.flags.decide(name, rule, target.author);
    }
    const ini = parts.setting.filter(
      ({ from, key }) => from === "file" && target.settings.some((each) => each.key === key),
    );
    if (ini.length > 0 && !target.hasSettingsFile) {
      const back = await target.putSettings(ini);
      if (back) undo.push(back);
    }
    if (keyProblem === null && authSecrets.length > 0) undo.push(await target.adopt(authSecrets));
    for (const { people } of parts.people) await target.people(people, { apply: true, keyProblem });
  } catch (error) {
    const failed = await takeBack(undo);
    if (failed === 0) throw error;
    throw new GatewayError(
      "internal_error",
      "The file could not be taken in, and not all that was done could be taken back. Look at the configuration and the secrets.",
      { cause: error },
    );
  }
}

async function putSecret(
  { secrets }: TransferTarget,
  name: string,
  value: string,
  undo: (() => Promise<unknown>)[],
): Promise<void> {
  const isKnown = (await secrets.list()).some((each) => each.name === name);
  const before = isKnown ? await secrets.read(name).catch(() => null) : null;
  if (before === value) return;
  undo.push(() => (before === null ? secrets.remove(name) : secrets.put(name, before)));
  await secrets.put(name, value);
}

/** @returns how much of it failed. */
async function takeBack(undo: readonly (() => Promise<unknown>)[]): Promise<number> {
  let failed = 0;
  for (const back of undo.toReversed()) await back().catch(() => void failed++);
  return failed;
}
