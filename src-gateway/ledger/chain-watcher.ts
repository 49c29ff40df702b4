/** Who walks along a chain tells what it finds; the sentences are the same for entries in blocks and for single ones. */
import { requestIdOf } from "../ir/exchange-record.ts";
import type { EntryKind } from "../store/ledger-chain.ts";
import type { FindingList } from "./finding-list.ts";
import type { ChainHead } from "./statement-types.ts";

export interface ChainWatcher {
  findings: FindingList;
  /** Each entry, whatever it is worth. */
  onEntry(kind: EntryKind, id: number): void;
  /** After each page. */
  onPage(entries: number): Promise<void>;
  /** Hashes that are known from elsewhere, by place. */
  expected: ReadonlyMap<number, string>;
}

interface Where {
  instanceId: number;
  kind: EntryKind;
  id: number;
  place: number;
}

export function tellChanged({ findings }: ChainWatcher, { instanceId, kind, id, place }: Where): void {
  findings.add(
    kind === "exchange" ? "row-changed" : "correction-changed",
    `${nameOf(kind, id)} does not fit the hash at place ${place} of the chain of run ${instanceId}: it was changed after it was entered.`,
    { instanceId, place, ...idField(kind, id) },
  );
}

export function tellMissing({ findings }: ChainWatcher, { instanceId, kind, id, place }: Where): void {
  findings.add(
    kind === "exchange" ? "row-missing" : "correction-missing",
    `${nameOf(kind, id)} was entered at place ${place} of the chain of run ${instanceId}, and is not there any more.`,
    { instanceId, place, ...idField(kind, id) },
  );
}

/** @param before the last place that is there. @param after the next one. */
export function tellGap({ findings }: ChainWatcher, instanceId: number, before: number, after: number): void {
  const [from, to] = [before + 1, after - 1];
  const where = from === to ? `place ${from}` : `places ${from} to ${to}`;
  findings.add("entry-missing", `The chain of run ${instanceId} lacks ${where}.`, { instanceId, place: from });
}

/** Holds a hash beside the one that a signed statement has of the same place. */
export function expectHead({ findings, expected }: ChainWatcher, { instanceId, place, hash }: ChainHead): void {
  const known = expected.get(place);
  if (known !== undefined && known !== hash)
    findings.add(
      "head-differs",
      `The chain of run ${instanceId} has another hash at place ${place} than the signed statement: it was written anew.`,
      { instanceId, place },
    );
}

const nameOf = (kind: EntryKind, id: number): string =>
  kind === "exchange" ? `The exchange ${requestIdOf(id)}` : `The correction ${id}`;

const idField = (kind: EntryKind, id: number): { exchangeId: number } | { correctionId: number } =>
  kind === "exchange" ? { exchangeId: id } : { correctionId: id };
