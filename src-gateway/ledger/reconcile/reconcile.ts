/** A provider's export beside the ledger: day by day, model by model, key by key, with what probably explains each gap. */
import type { Store } from "../../store/open-store.ts";
import { type Explained, explain, type TheirSum, tokenSum } from "./causes.ts";
import type { ExportLine, ProviderExport } from "./export-lines.ts";
import { modelKey } from "./model-key.ts";
import { noSum, type OurSum, type OurSums, sumOurRows } from "./our-side.ts";

export interface ReconcileQuery {
  /** Instances of the provider in this gateway, whose rows are compared. */
  providers: readonly string[];
  /** Which of them uses which key of the export. Keys that are not named do not use the gateway. Empty: all lines count. */
  keys: Readonly<Record<string, string>>;
}

export interface ReconciledLine {
  day: string;
  model: string;
  /** The key of the export; null where keys are not told apart. */
  key: string | null;
  /** Instances whose rows stand behind it. */
  providers: string[];
  theirs: TheirSum;
  ours: OurSum;
  isSame: boolean;
  /** The provider's minus ours; null where the export does not tell. */
  deltaTokens: number | null;
  deltaRequests: number | null;
  deltaNano: number | null;
  causes: Explained[];
}

export interface Reconciliation {
  shape: string;
  notes: string[];
  firstDay: string;
  lastDay: string;
  lines: ReconciledLine[];
  same: number;
  differing: number;
  theirNano: number | null;
  ourNano: number;
  /** Of keys that do not use this gateway. */
  otherKeys: { key: string; lines: number; costNano: number | null }[];
}

export async function reconcile(
  store: Store,
  file: ProviderExport,
  { providers, keys }: ReconcileQuery,
  onProgress: (rows: number) => void = () => {},
): Promise<Reconciliation> {
  const tellsKeys = Object.keys(keys).length > 0;
  const [counted, others] = split(
    file.lines,
    (line) => !tellsKeys || (line.key !== null && Object.hasOwn(keys, line.key)),
  );
  const days = file.lines.map(({ day }) => day).sort();
  const [firstDay = "", lastDay = ""] = [days[0], days.at(-1)];
  const wanted = tellsKeys ? [...new Set(Object.values(keys))] : providers;
  const ours = await sumOurRows(store, wanted, { firstDay, lastDay }, onProgress);
  const lines = join(counted, ours, tellsKeys ? keys : null, wanted);
  const told = lines.map(({ theirs }) => theirs.costNano).filter((nano) => nano !== null);
  return {
    shape: `${file.provider}, ${file.shape}`,
    notes: [...file.notes, ...modelNote(counted)],
    firstDay,
    lastDay,
    lines,
    same: lines.filter(({ isSame }) => isSame).length,
    differing: lines.filter(({ isSame }) => !isSame).length,
    theirNano: told.length === 0 ? null : told.reduce((sum, nano) => sum + nano, 0),
    ourNano: lines.reduce((sum, line) => sum + line.ours.costNano, 0),
    otherKeys: sumKeys(others),
  };
}

interface Pair {
  day: string;
  model: string;
  key: string | null;
  providers: Set<string>;
  theirs: TheirSum;
  ours: OurSum;
}

function join(
  lines: readonly ExportLine[],
  ours: OurSums,
  keys: Readonly<Record<string, string>> | null,
  providers: readonly string[],
): ReconciledLine[] {
  const pairs = new Map<string, Pair>();
  const pairOf = (day: string, model: string, owner: string | null, key: string | null): Pair => {
    const name = JSON.stringify([day, model, owner]);
    const known = pairs.get(name);
    if (known) return known;
    const made: Pair = {
      day,
      model,
      key,
      providers: new Set(owner === null ? providers : [owner]),
      theirs: { requests: null, tokens: null, costNano: null, batchOrTier: false },
      ours: noSum(),
    };
    pairs.set(name, made);
    return made;
  };
  // An export that names no models can only be compared by day.
  const namesModels = lines.some(({ model }) => model !== null);
  const keyOf = new Map(Object.entries(keys ?? {}).map(([key, provider]) => [provider, key]));
  for (const line of lines) {
    const owner = keys === null || line.key === null ? null : (keys[line.key] ?? null);
    const model = namesModels ? modelKey(line.model ?? "") : "";
    addTheirs(pairOf(line.day, model, owner, keys === null ? null : line.key).theirs, line);
  }
  for (const { day, model, provider, sum } of ours.values()) {
    const owner = keys === null ? null : provider;
    addOurs(pairOf(day, namesModels ? model : "", owner, keyOf.get(provider) ?? null).ours, sum);
  }
  const all = [...pairs.values()].filter((pair) => !isEmpty(pair));
  return all.map((pair) => judge(pair, all)).sort(byGap);
}

function addTheirs(sum: TheirSum, { requests, tokens, costNano, isBatch, serviceTier }: ExportLine): void {
  if (requests !== null) sum.requests = (sum.requests ?? 0) + requests;
  if (costNano !== null) sum.costNano = (sum.costNano ?? 0) + costNano;
  const isPlainTier = serviceTier === null || serviceTier === "default" || serviceTier === "standard";
  if (isBatch || !isPlainTier) sum.batchOrTier = true;
  if (tokens === null) return;
  sum.tokens ??= { inputUncached: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 };
  for (const name of Object.keys(tokens) as (keyof typeof tokens)[]) sum.tokens[name] += tokens[name];
}

function addOurs(sum: OurSum, more: OurSum): void {
  for (const name of Object.keys(more) as (keyof OurSum)[]) sum[name] += more[name];
}

const isEmpty = ({ theirs, ours }: Pair): boolean =>
  ours.requests === 0 &&
  !theirs.requests &&
  !theirs.costNano &&
  (theirs.tokens === null || tokenSum(theirs.tokens) === 0);

function judge(pair: Pair, all: readonly Pair[]): ReconciledLine {
  const { day, model, key, theirs, ours } = pair;
  const deltaTokens = tokenGap(pair);
  // Of days with no line at all the provider says nothing, which is no gap in what the export covers.
  const deltaRequests = theirs.requests === null ? null : theirs.requests - ours.requests;
  const deltaNano = theirs.costNano === null ? null : theirs.costNano - ours.costNano;
  const isListed = theirs.requests !== null || theirs.tokens !== null || theirs.costNano !== null;
  const isSplitSame =
    theirs.tokens === null ||
    (theirs.tokens.inputUncached === ours.inputUncached &&
      theirs.tokens.cacheRead === ours.cacheRead &&
      theirs.tokens.output === ours.output);
  // Providers round each line of a bill; a hundredth of a cent is no difference.
  const isCostSame = deltaNano === null || Math.abs(deltaNano) < 100_000;
  const isSame = isListed && !deltaTokens && !deltaRequests && isSplitSame && isCostSame;
  const beside = [-1, 1].map((step) => {
    const other = all.find((each) => each.model === model && each.key === key && each.day === shifted(day, step));
    return other ? tokenGap(other) : null;
  });
  const missing: Explained = {
    cause: "missing-there",
    text: `The export has no line for these ${ours.requests} requests: another key or project of the provider, or data that came later.`,
  };
  const causes = isSame ? [] : isListed ? explain(theirs, ours, beside) : [missing];
  const providers = [...pair.providers].sort();
  return { day, model, key, providers, theirs, ours, isSame, deltaTokens, deltaRequests, deltaNano, causes };
}

const tokenGap = ({ theirs, ours }: Pair): number | null =>
  theirs.tokens === null ? null : tokenSum(theirs.tokens) - tokenSum(ours);

const shifted = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

function byGap(a: ReconciledLine, b: ReconciledLine): number {
  const gap = (line: ReconciledLine): number => Math.abs(line.deltaNano ?? line.deltaTokens ?? line.ours.costNano);
  return (
    Number(a.isSame) - Number(b.isSame) ||
    (a.isSame ? 0 : gap(b) - gap(a)) ||
    (a.day === b.day ? (a.model < b.model ? -1 : 1) : a.day < b.day ? -1 : 1)
  );
}

function sumKeys(lines: readonly ExportLine[]): Reconciliation["otherKeys"] {
  const groups = Map.groupBy(lines, ({ key }) => key ?? "no key");
  return [...groups].map(([key, own]) => {
    const told = own.map(({ costNano }) => costNano).filter((nano) => nano !== null);
    return { key, lines: own.length, costNano: told.length === 0 ? null : told.reduce((sum, nano) => sum + nano, 0) };
  });
}

const modelNote = (lines: readonly ExportLine[]): string[] =>
  lines.some(({ model }) => model !== null)
    ? []
    : ["The export names no models: only days are compared. Group it by model to see more."];

function split<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  const [first, second]: [T[], T[]] = [[], []];
  for (const item of items) (isFirst(item) ? first : second).push(item);
  return [first, second];
}
