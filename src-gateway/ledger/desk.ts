/** All that can be asked of the ledger beside sums: proof, corrections, statements, bills and old ledgers. */
import { createHash } from "node:crypto";
import type { Usage } from "../ir/usage.ts";
import type { Clock } from "../lib/clock.ts";
import type { AppliedPrice, Cost, ExtraCounts, PriceBook } from "../prices/types.ts";
import type { Store } from "../store/open-store.ts";
import { checkStatement } from "./check-statement.ts";
import { collectMonth, monthSpan, type StatementFilter } from "./collect-statement.ts";
import { type CostHistory, type CostWords, readCostHistory } from "./cost-history.ts";
import { type ImportQuery, importLegacy } from "./import-legacy.ts";
import { createLedgerJobs, type LedgerJob } from "./ledger-jobs.ts";
import { type EvidenceQuery, readEvidence } from "./reconcile/evidence.ts";
import { readExport } from "./reconcile/read-export.ts";
import { type ReconcileQuery, reconcile } from "./reconcile/reconcile.ts";
import { recost } from "./recost.ts";
import type { RecostOptions, RecostQuery } from "./recost-types.ts";
import { statementCsv } from "./statement-csv.ts";
import { loadStatementKey } from "./statement-key.ts";
import { statementPage } from "./statement-page.ts";
import type { SignedStatement, StatementScope } from "./statement-types.ts";
import { readKeysOfTeam } from "./team-keys.ts";
import { verifyLedger } from "./verify-ledger.ts";

export interface LedgerDeskInput {
  store: Store;
  /** Where users and keys are. */
  identityStore: Store;
  clock: Clock;
  version: string;
  /** PEM; made when it is missing. */
  keyFile: string;
  book(): Promise<PriceBook>;
  costOf: (usage: Usage, price: AppliedPrice, counts?: ExtraCounts) => Cost | null;
  words: CostWords;
  /** What requests of the past have cost is not what it was: whoever adds it up has to do so anew. */
  onCostsChanged(): Promise<void>;
  /** What may be read of an error that nobody foresaw. */
  explainError: (error: unknown) => string;
}

export interface MonthQuery {
  /** `2026-11` */
  month: string;
  userId?: number;
  apiKeyId?: number;
  /** The name of a team, in any case: what was asked with its keys. */
  team?: string;
}

export interface StatementFiles {
  month: string;
  costNano: number;
  requests: number;
  unpriced: number;
  files: { name: string; text: string }[];
}

export type LedgerDesk = ReturnType<typeof createLedgerDesk>;

export function createLedgerDesk(input: LedgerDeskInput) {
  const { store, clock } = input;
  const jobs = createLedgerJobs(input.explainError);
  return {
    job: (id: string): LedgerJob | null => jobs.get(id),
    jobs: (): LedgerJob[] => jobs.list(),
    cancel: (id: string): LedgerJob | null => jobs.cancel(id),
    stop: (): void => jobs.stop(),
    cost: (exchangeId: number): Promise<CostHistory | null> => readCostHistory(store, exchangeId, input.words),
    evidence: (query: EvidenceQuery) => readEvidence(store, query),
    /** @param statement the text of its JSON file. */
    verify: (statement: string | null): LedgerJob =>
      jobs.start("verify", async (tell, signal) => {
        const witness = statement === null ? null : checkStatement(statement, await ownKey(input));
        const expectedHeads = witness?.heads ?? [];
        const report = await verifyLedger(store, { expectedHeads, onProgress: tell, signal });
        const findings = [...(witness?.findings ?? []), ...report.findings];
        return { ...report, findings, isIntact: findings.length === 0, statement: witness?.about ?? null };
      }),
    recost: (query: RecostQuery, options: Pick<RecostOptions, "apply" | "reason" | "by">): LedgerJob =>
      jobs.start("recost", async (tell, signal) => {
        const deps = { store, clock, book: await input.book(), costOf: input.costOf };
        try {
          return await recost(deps, query, { ...options, onProgress: tell, signal });
        } finally {
          // One that was broken off has corrected a part.
          if (options.apply) await input.onCostsChanged();
        }
      }),
    /** @throws ExportError before anything is begun. */
    reconcile(text: string, query: ReconcileQuery): LedgerJob {
      const file = readExport(text);
      return jobs.start("reconcile", (tell) =>
        reconcile(store, file, query, (rows) => tell({ phase: "rows", done: rows, total: 0 })),
      );
    },
    /** @throws RangeError when it is no month. */
    statement(query: MonthQuery): LedgerJob {
      monthSpan(query.month);
      return jobs.start("statement", (tell) =>
        makeStatement(input, query, (rows) => tell({ phase: "rows", done: rows, total: 0 })),
      );
    },
    importLegacy: (query: ImportQuery): LedgerJob =>
      jobs.start("import", async (tell) => {
        const users = await input.identityStore.db
          .selectFrom("users")
          .select(["id", "email"])
          .where("deleted_at", "is", null)
          .execute();
        const userIds = new Map(users.map(({ id, email }) => [email.toLowerCase(), id]));
        try {
          return await importLegacy({ store, clock, userIds }, query, tell);
        } finally {
          await input.onCostsChanged();
        }
      }),
  };
}

const ownKey = async ({ keyFile }: LedgerDeskInput) => loadStatementKey(keyFile, true);

async function makeStatement(
  input: LedgerDeskInput,
  query: MonthQuery,
  onRows: (rows: number) => void,
): Promise<StatementFiles> {
  const { store, clock, version } = input;
  const { month, userId, apiKeyId, team } = query;
  const keys = await input.identityStore.db.selectFrom("api_keys").select(["id", "name", "key_prefix"]).execute();
  const keyNames = new Map(keys.map(({ id, name, key_prefix }) => [id, `${name} (${key_prefix}…)`]));
  const filter: StatementFilter = {
    ...(userId === undefined ? {} : { userIds: [userId] }),
    ...(apiKeyId === undefined ? {} : { apiKeyIds: [apiKeyId] }),
    ...(team === undefined ? {} : { apiKeyIds: await readKeysOfTeam(input.identityStore, team) }),
  };
  const scope = await scopeOf(input, query, keyNames);
  const collected = await collectMonth(store, month, filter, keyNames, onRows);
  const madeAt = new Date(clock.nowUs() / 1000).toISOString();
  const content = {
    format: "tokligence-ledger-statement/1" as const,
    month,
    scope,
    madeAt,
    gatewayVersion: version,
    ...collected,
  };
  const csv = statementCsv(content);
  const csvSha256 = createHash("sha256").update(csv).digest("hex");
  const signed: SignedStatement = (await ownKey(input)).sign({ ...content, csvSha256 });
  const name = `statement-${month}${userId === undefined ? "" : `-user-${userId}`}${apiKeyId === undefined ? "" : `-key-${apiKeyId}`}${team === undefined ? "" : `-team-${team.replace(/[^\w-]/g, "_")}`}`;
  const { costNano, requests, unpriced } = collected.total;
  return {
    month,
    costNano,
    requests,
    unpriced,
    files: [
      { name: `${name}.json`, text: `${JSON.stringify(signed, null, 2)}\n` },
      { name: `${name}.csv`, text: csv },
      { name: `${name}.html`, text: statementPage(signed) },
    ],
  };
}

async function scopeOf(
  { identityStore }: LedgerDeskInput,
  { userId, apiKeyId, team }: MonthQuery,
  keyNames: ReadonlyMap<number, string>,
): Promise<StatementScope> {
  if (team !== undefined) return { kind: "team", name: team };
  if (apiKeyId !== undefined) return { kind: "key", name: keyNames.get(apiKeyId) ?? String(apiKeyId) };
  if (userId === undefined) return { kind: "all", name: "" };
  const user = await identityStore.db.selectFrom("users").select("email").where("id", "=", userId).executeTakeFirst();
  return { kind: "user", name: user?.email ?? String(userId) };
}
