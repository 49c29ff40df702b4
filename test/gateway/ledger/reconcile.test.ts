/** A provider's bill beside the ledger: read exactly or not at all, and each gap with its likely cause. */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { NO_USAGE, type Usage } from "../../../src-gateway/ir/usage.ts";
import { readEvidence } from "../../../src-gateway/ledger/reconcile/evidence.ts";
import { ExportError } from "../../../src-gateway/ledger/reconcile/export-lines.ts";
import { modelKey } from "../../../src-gateway/ledger/reconcile/model-key.ts";
import { readExport } from "../../../src-gateway/ledger/reconcile/read-export.ts";
import { type Reconciliation, reconcile } from "../../../src-gateway/ledger/reconcile/reconcile.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases, describeOnSqlite } from "../../suites/store.suite.ts";
import { FIRST_ID } from "../../support/exchange-records.ts";
import { fillLedger } from "../../support/filled-ledger.ts";

const HOUR_US = 3_600_000_000;
const ANTHROPIC_HEAD =
  "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,web_search_count";
const used = (counts: Partial<Usage>): Usage => ({ ...NO_USAGE, ...counts });

function problemsOf(text: string): string[] {
  try {
    readExport(text);
  } catch (error) {
    if (error instanceof ExportError) return error.problems.map(({ where, problem }) => `${where}: ${problem}`);
    throw error;
  }
  throw new Error("it was read");
}

/** None of a file that is refused, as all must be that are not read. */
function daysOf(text: string): string[] {
  try {
    return readExport(text).lines.map(({ day }) => day);
  } catch (error) {
    if (error instanceof ExportError) return [];
    throw error;
  }
}

describe("reading an export", () => {
  it("takes a byte order mark, CRLF, quotes and thousands set apart", () => {
    const text = `\ufeff${ANTHROPIC_HEAD}\r\n2026-11-21,claude-sonnet-4-5-20250929,"my ""best"" key, really",Default,standard,≤ 200k,"1,234,567",0,0,"2,000",42,0\r\n\r\n`;
    const { lines, shape } = readExport(text);
    expect(shape).toBe("console usage (CSV)");
    expect(lines).toMatchObject([
      {
        where: "line 2",
        day: "2026-11-21",
        key: 'my "best" key, really',
        requests: null,
        tokens: { inputUncached: 1_234_567, cacheRead: 2_000, output: 42 },
      },
    ]);
  });

  it("names every line that it cannot read, and then takes none", () => {
    const row = (day: string, input: string): string => `${day},m,k,w,standard,,${input},0,0,0,1,0`;
    const text = [
      ANTHROPIC_HEAD,
      row("2026-11-21", "5"),
      row("someday", "5"),
      row("2026-11-22", "many"),
      "2026-11-23,m",
    ];
    expect(problemsOf(text.join("\n"))).toEqual([
      'line 3: usage_date_utc is no date: "someday"',
      'line 4: usage_input_tokens_no_cache is no whole number: "many"',
      "line 5: it has 2 columns, and the first line has 12",
    ]);
  });

  it("counts the lines of cells that hold line breaks", () => {
    const text = `${ANTHROPIC_HEAD}\n2026-11-21,m,"a\nkey",w,standard,,5,0,0,0,1,0\n2026-11-21,m,k,w,standard,,x,0,0,0,1,0\n`;
    expect(problemsOf(text)[0]).toMatch(/^line 4: /);
  });

  it("says what it can read when a file is none of that", () => {
    expect(problemsOf("date,sum\n2026-11-21,5\n")[0]).toContain("its columns are date, sum");
    expect(problemsOf("{")[0]).toContain("no JSON");
    expect(problemsOf(`${ANTHROPIC_HEAD}\n`)).toEqual(["The file: it holds no usage"]);
  });

  it("reads OpenAI's usage API, where cached tokens are a part of the input", () => {
    const result = {
      object: "organization.usage.completions.result",
      input_tokens: 1_000,
      input_cached_tokens: 800,
      output_tokens: 500,
      num_model_requests: 5,
      model: "gpt-5-2025-08-07",
      api_key_id: "key_1",
      batch: true,
    };
    const page = {
      object: "page",
      data: [{ object: "bucket", start_time: 1_795_219_200, results: [result] }],
      has_more: true,
    };
    const { lines, notes } = readExport(JSON.stringify(page));
    expect(lines).toMatchObject([
      { day: "2026-11-21", requests: 5, isBatch: true, tokens: { inputUncached: 200, cacheRead: 800, output: 500 } },
    ]);
    expect(notes).toContainEqual(expect.stringContaining("not complete"));
    expect(readExport(JSON.stringify([page, page])).lines).toHaveLength(2);
    expect(readExport(`${JSON.stringify(page)}\n${JSON.stringify(page)}\n`).lines).toHaveLength(2);
  });

  it("reads OpenAI's costs, in JSON and as the dashboard exports them", () => {
    const result = {
      object: "organization.costs.result",
      amount: { value: 0.06, currency: "usd" },
      line_item: "gpt-5, input",
    };
    const page = { object: "page", data: [{ object: "bucket", start_time: 1_795_219_200, results: [result] }] };
    expect(readExport(JSON.stringify(page)).lines).toMatchObject([{ model: "gpt-5", costNano: 60_000_000 }]);
    const csv = [
      "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,api_key_id",
      "1795132800,1795219200,2026-11-20T00:00:00+00:00,2026-11-21T00:00:00+00:00,,,,",
      '1795219200,1795305600,2026-11-21T00:00:00,2026-11-22T00:00:00,0.003835980000000000000000000000,usd,"gpt-5, output",key_1',
    ];
    expect(readExport(csv.join("\r\n")).lines).toMatchObject([
      { where: "line 3", day: "2026-11-21", model: "gpt-5", key: "key_1", costNano: 3_835_980 },
    ]);
  });

  it("reads Anthropic's reports, whose amounts are cents", () => {
    const usage = {
      uncached_input_tokens: 5,
      cache_read_input_tokens: 7,
      cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 2 },
      output_tokens: 3,
      model: "claude-haiku-4-5",
      service_tier: "batch",
    };
    const wrap = (entry: object): string =>
      JSON.stringify({ data: [{ starting_at: "2026-11-21T00:00:00Z", results: [entry] }], has_more: false });
    expect(readExport(wrap(usage)).lines).toMatchObject([
      { isBatch: true, tokens: { inputUncached: 5, cacheRead: 7, cacheWrite5m: 1, cacheWrite1h: 2, output: 3 } },
    ]);
    const cost = { amount: "123.45", currency: "USD", model: "claude-haiku-4-5", service_tier: "standard" };
    expect(readExport(wrap(cost)).lines).toMatchObject([{ costNano: 1_234_500_000 }]);
    expect(problemsOf(wrap({ ...cost, currency: "EUR" }))[0]).toContain("only USD");
  });

  it("never breaks, whatever the file is", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.json(),
          fc.string().map((text) => `${ANTHROPIC_HEAD}\n${text}`),
        ),
        (text) => {
          expect(daysOf(text)).toSatisfy((days: string[]) => days.every((day) => /^\d{4}-\d\d-\d\d$/.test(day)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("knows a model by all its names", () => {
    const names = ["claude-haiku-4-5", "Claude Haiku 4.5", "claude-haiku-4-5-20251001", "anthropic/claude-haiku-4.5"];
    expect(new Set(names.map(modelKey))).toEqual(new Set(["claude-haiku-4-5"]));
    expect(["gpt-5-2025-08-07", "gpt-5"].map(modelKey)).toEqual(["gpt-5", "gpt-5"]);
    expect(modelKey("gpt-5.1")).not.toBe(modelKey("gpt-5-1"));
  });
});

describeOnBothDatabases("a bill beside the ledger", (database) => {
  let store: Store;
  const sonnet = { provider: "anthropic", modelRouted: "claude-sonnet-4-5", modelServed: null };
  beforeEach(async () => {
    store = await database.open();
    await fillLedger(store, [
      { ...sonnet, id: FIRST_ID + HOUR_US, usage: used({ inputUncached: 1_000, cacheRead: 500, output: 100 }) },
      { ...sonnet, id: FIRST_ID + 2 * HOUR_US, usage: used({ inputUncached: 2_000, output: 200 }) },
      { ...sonnet, id: FIRST_ID + 25 * HOUR_US, usage: used({ inputUncached: 300, output: 30 }) },
      {
        id: FIRST_ID + HOUR_US + 1,
        provider: "openai",
        modelRouted: "gpt-5",
        modelServed: "gpt-5-2025-08-07",
        usage: used({ inputUncached: 1_000_000 }),
      },
      {
        id: FIRST_ID + HOUR_US + 2,
        provider: "openai",
        modelRouted: "gpt-9",
        modelServed: null,
        usage: used({ inputUncached: 10 }),
      },
    ]);
  });

  const anthropic = (
    ...rows: [day: string, model: string, input: number, read: number, output: number, key?: string][]
  ): string =>
    [
      ANTHROPIC_HEAD,
      ...rows.map(
        ([day, model, input, read, output, key = "k"]) =>
          `${day},${model},${key},w,standard,,${input},0,0,${read},${output},0`,
      ),
    ].join("\n");
  const against = (text: string, providers = ["anthropic"], keys = {}): Promise<Reconciliation> =>
    reconcile(store, readExport(text), { providers, keys });
  const causes = ({ lines }: Reconciliation): string[][] => lines.map((line) => line.causes.map(({ cause }) => cause));

  it("agrees where both count the same", async () => {
    const report = await against(
      anthropic(
        ["2026-11-21", "claude-sonnet-4-5-20250929", 3_000, 500, 300],
        ["2026-11-22", "claude-sonnet-4-5", 300, 0, 30],
      ),
    );
    expect(report).toMatchObject({ same: 2, differing: 0, otherKeys: [] });
  });

  it("tells requests that are missing here, and those that are missing there", async () => {
    const more = await against(
      anthropic(["2026-11-21", "claude-sonnet-4-5", 9_000, 500, 300], ["2026-11-22", "claude-sonnet-4-5", 300, 0, 30]),
    );
    expect(more.lines[0]).toMatchObject({ day: "2026-11-21", deltaTokens: 6_000, isSame: false });
    expect(causes(more)[0]).toEqual(["missing-here"]);
    const fewer = await against(
      anthropic(["2026-11-21", "claude-sonnet-4-5", 1_000, 500, 100], ["2026-11-22", "claude-sonnet-4-5", 300, 0, 30]),
    );
    expect(causes(fewer)[0]).toEqual(["missing-there"]);
    expect(causes(await against(anthropic(["2026-11-21", "claude-opus-4-5", 1, 0, 1])))).toContainEqual([
      "missing-there",
    ]);
  });

  it("tells tokens that were cached in another way", async () => {
    const report = await against(anthropic(["2026-11-21", "claude-sonnet-4-5", 3_500, 0, 300]));
    expect(causes(report)[0]).toEqual(["cache-billing"]);
  });

  it("tells a day that ends at another hour", async () => {
    const report = await against(
      anthropic(
        ["2026-11-21", "claude-sonnet-4-5", 1_000, 500, 100],
        ["2026-11-22", "claude-sonnet-4-5", 2_300, 0, 230],
      ),
    );
    expect(causes(report).map(([first]) => first)).toEqual(["time-zone", "time-zone"]);
  });

  const costs = (model: string, usd: string): string =>
    `start_time,amount_value,amount_currency,line_item\n2026-11-21T00:00:00,${usd},usd,"${model}, input"\n`;

  it("tells prices, batches and models without a price", async () => {
    const agreed = await against(costs("gpt-5", "1.25"), ["openai"]);
    expect(agreed.lines.find(({ model }) => model === "gpt-5")).toMatchObject({ isSame: true, deltaNano: 0 });
    const dearer = await against(costs("gpt-5", "1.50"), ["openai"]);
    expect(dearer.lines[0]).toMatchObject({ deltaNano: 250_000_000, causes: [{ cause: "price-difference" }] });
    expect(dearer.lines[0]?.causes[0]?.text).toContain("1.200 times");
    expect(causes(await against(costs("gpt-5", "0.625"), ["openai"]))[0]).toEqual(["batch-or-tier"]);
    expect(causes(await against(costs("gpt-9", "3"), ["openai"]))).toContainEqual(["unpriced-model"]);
  });

  it("leaves out keys that do not use this gateway, and says what they were billed", async () => {
    const text = anthropic(
      ["2026-11-21", "claude-sonnet-4-5", 3_000, 500, 300, "ours"],
      ["2026-11-22", "claude-sonnet-4-5", 300, 0, 30, "ours"],
      ["2026-11-21", "claude-sonnet-4-5", 77, 0, 7, "theirs"],
    );
    const report = await against(text, [], { ours: "anthropic" });
    expect(report).toMatchObject({ same: 2, differing: 0, otherKeys: [{ key: "theirs", lines: 1, costNano: null }] });
    expect(report.lines[0]?.key).toBe("ours");
    expect((await against(text)).differing).toBe(1);
  });

  it("hands over the rows behind a line", async () => {
    const query = { providers: ["anthropic"], day: "2026-11-21", model: "claude-sonnet-4-5", afterId: 0 };
    const { rows, nextAfterId } = await readEvidence(store, query);
    expect(rows.map(({ at, inputUncached }) => [at, inputUncached])).toEqual([
      ["2026-11-21T01:00:00.000Z", 1_000],
      ["2026-11-21T02:00:00.000Z", 2_000],
    ]);
    expect(await readEvidence(store, { ...query, afterId: nextAfterId ?? 0 })).toEqual({ rows: [], nextAfterId: null });
  });
});

describeOnSqlite("guesses in the ledger", (database) => {
  it("are named where the provider counted something else", async () => {
    const store = await database.open();
    await fillLedger(store, [
      { id: FIRST_ID, usageSource: "estimated", modelServed: null, usage: used({ inputUncached: 50, output: 5 }) },
      { id: FIRST_ID + 1, usageSource: "none", modelServed: null, outcome: "client_aborted", usage: used({}) },
    ]);
    const text = `${ANTHROPIC_HEAD}\n2026-11-21,claude-sonnet-4-5,k,w,standard,,60,0,0,0,5,0`;
    const { lines } = await reconcile(store, readExport(text), { providers: ["anthropic"], keys: {} });
    expect(lines[0]?.causes.map(({ cause }) => cause)).toEqual(["missing-here", "without-usage", "estimated-here"]);
  });
});
