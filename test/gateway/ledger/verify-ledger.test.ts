/** Whoever changes the ledger behind the gateway's back is found out, and what was changed is named exactly. */
import { beforeEach, describe, expect, it } from "vitest";
import { requestIdOf } from "../../../src-gateway/ir/exchange-record.ts";
import { readTexts } from "../../../src-gateway/ledger/entry-texts.ts";
import { recost } from "../../../src-gateway/ledger/recost.ts";
import { verifyLedger } from "../../../src-gateway/ledger/verify-ledger.ts";
import type { Finding, VerifyReport } from "../../../src-gateway/ledger/verify-types.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { costOf } from "../../../src-gateway/prices/cost.ts";
import { appendToChain, readChainEnd } from "../../../src-gateway/store/append-to-chain.ts";
import { growBlock, headOf, unpackEntries } from "../../../src-gateway/store/chain-blocks.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { readBlocks } from "../../../src-gateway/store/read-chain.ts";
import { describeOnBothDatabases, type TestDatabase } from "../../suites/store.suite.ts";
import { FIRST_ID } from "../../support/exchange-records.ts";
import { bookOf, fillLedger, TEST_PRICES } from "../../support/filled-ledger.ts";
import { connectPlainly } from "../../support/plain-connection.ts";
import { toSingleEntries } from "../../support/single-entries.ts";

const RUN = { host: "here", pid: 1, started_at: 1, heartbeat_at: 1, stopped_at: 1 };
const idOf = (n: number): number => FIRST_ID + n * 7 * 60_000_000;

type Entries = "entries in blocks" | "single entries";

for (const entries of ["entries in blocks", "single entries"] as const) {
  describeOnBothDatabases(
    `checking the ledger with ${entries}`,
    (database) => checks(database, entries),
    (store) => fill(store, entries),
  );
}

async function fill(store: Store, entries: Entries): Promise<void> {
  for (let pid = 1; pid <= 7; pid++) await store.db.insertInto("instances").values(RUN).execute();
  const changes = Array.from({ length: 1_200 }, (_, n) => ({
    id: idOf(n),
    userId: n % 3 === 0 ? null : n % 3,
    apiKeyId: n % 5 === 0 ? null : n % 5,
    session: `s-${n % 40}`,
    provider: n % 2 === 0 ? "anthropic" : "openai",
    modelRouted: ["claude-sonnet-4-5", "gpt-5", "claude-sonnet-4-5", "nobody-knows"][n % 4] ?? null,
    outcome: n % 11 === 0 ? ("failed" as const) : ("completed" as const),
  }));
  await fillLedger(store, changes.slice(0, 800), { instanceId: 1 });
  await fillLedger(store, changes.slice(800), { instanceId: 2 });
  const dearer = { ...TEST_PRICES, "gpt-5": { input: 2_500_000, output: 20_000_000 } };
  const deps = { store, clock: systemClock, book: bookOf(dearer, "test prices 2"), costOf };
  await recost(deps, {}, { apply: true, reason: "the price was wrong", by: "a test" });
  if (entries === "single entries") await toSingleEntries(store);
}

function checks(database: TestDatabase, entries: Entries): void {
  let store: Store;
  beforeEach(async () => {
    store = await database.open();
  });

  async function tamper(...statements: string[]): Promise<void> {
    const plain = await connectPlainly(database);
    for (const each of statements) await plain.run(each);
    await plain.close();
  }
  const check = (expectedHeads: VerifyReport["heads"] = []): Promise<VerifyReport> =>
    verifyLedger(store, { expectedHeads });
  const kinds = ({ findings }: VerifyReport): Finding["kind"][] =>
    [...new Set(findings.map(({ kind }) => kind))].sort();

  it("finds nothing where nothing was changed, and says how far it is", async () => {
    const seen: string[] = [];
    const report = await verifyLedger(store, { onProgress: ({ phase }) => void seen.push(phase) });
    expect(report).toMatchObject({ isIntact: true, findings: [], moreFindings: 0, unvouched: 0 });
    expect(report).toMatchObject({ chains: 3, exchanges: 1_200, corrections: 300, entries: 1_500 });
    expect([...new Set(seen)]).toEqual(["chains", "days", "prices", "done"]);
  });

  it("names the row that was edited, and the sums that no longer follow from it", async () => {
    await tamper(`update exchange_rows set output_tokens = output_tokens - 40 where id = ${idOf(17)}`);
    const { findings, isIntact } = await check();
    expect(isIntact).toBe(false);
    const [row, ...sums] = findings;
    expect(row).toMatchObject({ kind: "row-changed", exchangeId: idOf(17), instanceId: 1, place: 18 });
    expect(row?.text).toContain(requestIdOf(idOf(17)));
    expect(sums.every(({ kind, day }) => kind === "sums-differ" && day === "2026-11-21")).toBe(true);
    expect(sums.some(({ text }) => text.includes("output_tokens is") && text.includes("dimension all"))).toBe(true);
  });

  it("names the row that was deleted", async () => {
    await tamper(`delete from exchange_rows where id = ${idOf(32)}`);
    const report = await check();
    expect(report.findings[0]).toMatchObject({ kind: "row-missing", exchangeId: idOf(32), place: 33 });
    expect(kinds(report)).toEqual(["row-missing", "sums-differ"]);
  });

  it("names the row that the gateway never wrote", async () => {
    const copy =
      "instance_id, stream, bytes_in, bytes_out, input_uncached, cache_read, cache_write_5m, cache_write_1h, output_tokens, reasoning, audio_input, audio_output, surface, outcome, usage_source";
    await tamper(
      `insert into exchange_rows (id, ${copy}) select ${idOf(12) + 1}, ${copy} from exchange_rows where id = ${idOf(12)}`,
    );
    const report = await check();
    expect(report.findings.filter(({ kind }) => kind !== "sums-differ")).toMatchObject([
      { kind: "row-unchained", exchangeId: idOf(12) + 1 },
    ]);
    expect(kinds(report)).toEqual(["row-unchained", "sums-differ"]);
  });

  if (entries === "single entries") singleChecks();
  else {
    blockChecks();
    otherChecks();
  }

  it("needs a witness for an end that was cut off with its rows and its sums, and believes it", async () => {
    const { heads } = await check();
    const lost = Array.from({ length: 10 }, (_, n) => idOf(1_190 + n)).join(", ");
    await tamper(
      ...(entries === "single entries"
        ? [
            "delete from ledger_chain where instance_id = 2 and place > 390",
            `delete from ledger_chain where kind = 1 and entry_id in (select id from cost_corrections where exchange_id in (${lost}))`,
          ]
        : ["delete from ledger_blocks where instance_id = 2 and first_place = 385"]),
      `delete from cost_corrections where exchange_id in (${lost})`,
      `delete from exchange_rows where id in (${lost})`,
    );
    const { findings } = await check(heads);
    expect(findings).toContainEqual(
      expect.objectContaining({
        kind: "head-missing",
        instanceId: 2,
        place: 400,
        text: expect.stringContaining("cut off"),
      }),
    );
  });

  it("does not take a chain that was written anew for the one that was signed", async () => {
    const { heads } = await check();
    const forged = heads.map((head) => (head.instanceId === 1 ? { ...head, hash: "00".repeat(32) } : head));
    expect((await check(forged)).findings).toMatchObject([{ kind: "head-differs", instanceId: 1, place: 800 }]);
  });

  it("does not vouch for rows of before there was a chain, and says how many they are", async () => {
    await tamper(
      `update facts set value = '${idOf(99)}' where name = 'ledger_chain_from'`,
      `delete from ${entries === "single entries" ? "ledger_chain" : "ledger_blocks"} where instance_id = 1`,
    );
    const report = await check();
    expect(report.unvouched).toBe(100);
    expect(report.findings.filter(({ kind }) => kind === "row-unchained")).toHaveLength(700);
  });

  /** What has nothing to do with how entries are kept. */
  function otherChecks(): void {
    it("names a row whose sums were made to fit, too", async () => {
      // No sum is about these.
      await tamper(`update exchange_rows set error_code = null, status = 418 where id = ${idOf(900)}`);
      expect((await check()).findings).toMatchObject([
        { kind: "row-changed", exchangeId: idOf(900), instanceId: 2, place: 101 },
      ]);
    });

    it("tells sums that were changed, and sums that lost their rows", async () => {
      await tamper(
        "update usage_days set cost_nano = cost_nano - 5 where scope = 0 and dimension = 0",
        `insert into latency_days (dimension, metric, day, value, bucket, count) values (0, 0, 5, '', 1, 2)`,
      );
      const report = await check();
      expect(kinds(report)).toEqual(["sums-differ"]);
      expect(new Set(report.findings.map(({ text }) => text.split(" ")[0]))).toContain("usage_days");
    });

    describe("corrections", () => {
      it("are vouched for like rows", async () => {
        await tamper(
          "update cost_corrections set reason = 'another' where id = (select min(id) from cost_corrections)",
        );
        expect(kinds(await check())).toEqual(["correction-changed"]);
      });

      it("that were changed in what they add are told", async () => {
        await tamper(
          "update cost_corrections set delta_nano = delta_nano - 1 where id = (select max(id) from cost_corrections)",
        );
        expect(kinds(await check())).toEqual(["correction-changed", "correction-wrong", "sums-differ"]);
      });

      it("that are gone, or were never made, are told", async () => {
        await tamper(
          "delete from cost_corrections where id = (select min(id) from cost_corrections)",
          `insert into cost_corrections (id, instance_id, exchange_id, delta_nano, unpriced_delta, reason, made_by)
           select max(id) + 1, 1, 5, 0, 0, 'none', 'nobody' from cost_corrections`,
        );
        expect(kinds(await check())).toEqual([
          "correction-missing",
          "correction-unchained",
          "correction-wrong",
          "sums-differ",
        ]);
      });
    });

    it("tells prices that were changed or are gone", async () => {
      await tamper(
        "update applied_prices set price = replace(price, '3000000', '2000000')",
        "delete from applied_prices where price like '%2500000%'",
      );
      expect(kinds(await check())).toEqual(["price-changed", "price-missing"]);
    });

    it("finds no damage in what is written meanwhile", async () => {
      const wrote: Promise<unknown>[] = [];
      const report = await verifyLedger(store, {
        onProgress: ({ phase, done }) => {
          if (phase !== "days" || done < 600 || wrote.length > 0) return;
          const more = fillLedger(
            store,
            Array.from({ length: 100 }, (_, n) => ({ id: idOf(n) + 5 })),
            { instanceId: 7 },
          );
          wrote.push(more);
        },
      });
      await Promise.all(wrote);
      expect(wrote).toHaveLength(1);
      expect(report.findings).toEqual([]);
      expect((await check()).exchanges).toBe(1_300);
    });
  }

  function singleChecks(): void {
    it("tells places that were cut out of a chain, and what they had vouched for", async () => {
      await tamper("delete from ledger_chain where instance_id = 1 and place in (40, 41)");
      expect((await check()).findings).toMatchObject([
        { kind: "entry-missing", instanceId: 1, place: 40, text: "The chain of run 1 lacks places 40 to 41." },
        { kind: "row-unchained", exchangeId: idOf(39) },
        { kind: "row-unchained", exchangeId: idOf(40) },
      ]);
    });

    it("tells a hash that was changed from a row that was", async () => {
      await tamper(
        `update ledger_chain set hash = (select hash from ledger_chain where instance_id = 1 and place = 7)
         where instance_id = 1 and place = 5`,
      );
      expect((await check()).findings).toMatchObject([{ kind: "entry-changed", instanceId: 1, place: 5 }]);
    });

    it("tells two entries that changed places", async () => {
      await tamper(
        "update ledger_chain set place = -1 where instance_id = 1 and place = 50",
        "update ledger_chain set place = 50 where instance_id = 1 and place = 51",
        "update ledger_chain set place = 51 where instance_id = 1 and place = -1",
      );
      const places = (await check()).findings.map(({ kind, place }) => [kind, place]);
      expect(places).toContainEqual(["row-changed", 50]);
      expect(places.every(([, place]) => [50, 51, 52].includes(Number(place)))).toBe(true);
    });

    it("tells a row that was entered twice", async () => {
      await tamper(
        `insert into ledger_chain (instance_id, place, kind, entry_id, hash)
         select 2, 401, 0, ${idOf(1_199)}, hash from ledger_chain where instance_id = 2 and place = 400`,
      );
      const report = await check();
      expect(report.findings).toContainEqual(
        expect.objectContaining({ kind: "row-chained-twice", exchangeId: idOf(1_199) }),
      );
    });
  }

  function blockChecks(): void {
    const PLACE_65 = "instance_id = 1 and first_place = 65";

    it("tells blocks that were cut out of a chain, and what they had vouched for", async () => {
      await tamper(`delete from ledger_blocks where ${PLACE_65}`);
      const { findings, moreFindings } = await check();
      expect(findings[0]).toMatchObject({ kind: "entry-missing", instanceId: 1, place: 65 });
      expect(findings[0]?.text).toBe("The chain of run 1 lacks places 65 to 128.");
      const rest = findings.slice(1);
      expect(rest.every(({ kind }) => kind === "row-unchained")).toBe(true);
      expect(rest.length + moreFindings).toBe(64);
    });

    it("tells a hash that was changed from entries that were", async () => {
      const other = "(select hash from ledger_blocks where instance_id = 1 and first_place = 129)";
      await tamper(`update ledger_blocks set hash = ${other} where ${PLACE_65}`);
      expect((await check()).findings).toMatchObject([
        { kind: "entry-changed", instanceId: 1, place: 65, text: expect.stringContaining("the entries were not") },
      ]);
    });

    it("names the row whose digest was made to fit nothing", async () => {
      const [block] = await readBlocks(store.db, 1, 64, 1);
      const packed = Buffer.from(block?.packed ?? []);
      // The last byte of a digest.
      const end = unpackEntries(packed)?.[9]?.end ?? 0;
      packed[end - 1] = (packed[end - 1] ?? 0) ^ 1;
      await store.db
        .updateTable("ledger_blocks")
        .set({ packed })
        .where("instance_id", "=", 1)
        .where("first_place", "=", 65)
        .execute();
      expect((await check()).findings).toMatchObject([
        { kind: "row-changed", exchangeId: idOf(73), place: 74 },
        { kind: "entry-changed", instanceId: 1, place: 65 },
      ]);
    });

    it("finds a row and its digest changed by somebody who knows how they are made", async () => {
      await tamper(`update exchange_rows set status = 418 where id = ${idOf(70)}`);
      await enterAnew(65);
      const report = await check();
      expect(kinds(report)).toEqual(["entry-changed"]);
      expect(report.findings).toMatchObject([{ place: 129 }]);
    });

    it("tells two entries that changed places, and one that cannot be read", async () => {
      const [block] = await readBlocks(store.db, 2, 0, 1);
      const packed = Buffer.from(block?.packed ?? []);
      const [first, second, third] = unpackEntries(packed) ?? [];
      const swapped = Buffer.concat([
        packed.subarray(0, (first?.end ?? 0) - 16),
        second?.digest ?? Buffer.alloc(0),
        packed.subarray(first?.end, (second?.end ?? 0) - 16),
        first?.digest ?? Buffer.alloc(0),
        packed.subarray(second?.end),
      ]);
      const put = (bytes: Buffer): Promise<unknown> =>
        store.db
          .updateTable("ledger_blocks")
          .set({ packed: bytes })
          .where("instance_id", "=", 2)
          .where("first_place", "=", 1)
          .execute();
      await put(swapped);
      expect((await check()).findings).toMatchObject([
        { kind: "row-changed", instanceId: 2, place: 1 },
        { kind: "row-changed", instanceId: 2, place: 2 },
        { kind: "entry-changed", instanceId: 2, place: 1 },
      ]);
      await put(packed.subarray(0, third?.end));
      expect((await check()).findings[0]).toMatchObject({
        kind: "entry-changed",
        place: 1,
        text: expect.stringContaining("cannot be read"),
      });
    });

    it("tells a row that was entered twice", async () => {
      await appendTo(2, idOf(1_199));
      expect((await check()).findings).toMatchObject([{ kind: "row-chained-twice", exchangeId: idOf(1_199) }]);
    });

    it("believes a statement that was made when the block was shorter", async () => {
      const before = (await check()).heads.find(({ instanceId }) => instanceId === 2);
      expect(before?.place).toBe(400);
      const more = Array.from({ length: 30 }, (_, n) => ({ id: idOf(n) + 5 }));
      await fillLedger(store, more, { instanceId: 2 });
      const { isIntact, heads } = await check(before ? [before] : []);
      expect([isIntact, heads.find(({ instanceId }) => instanceId === 2)?.place]).toEqual([true, 430]);
      const forged = { instanceId: 2, place: 400, hash: "00".repeat(32) };
      expect((await check([forged])).findings).toMatchObject([{ kind: "head-differs", place: 400 }]);
    });

    it("goes on behind single entries of the same run", async () => {
      await toSingleEntries(store);
      const more = Array.from({ length: 70 }, (_, n) => ({ id: idOf(n) + 5 }));
      await fillLedger(store, more, { instanceId: 2 });
      const report = await check();
      expect(report).toMatchObject({ isIntact: true, chains: 3, entries: 1_570 });
      expect(report.heads).toContainEqual(expect.objectContaining({ instanceId: 2, place: 470 }));
    });
  }

  /** As one block of run 1 would be, had the rows always been what they are now. */
  async function enterAnew(firstPlace: number): Promise<void> {
    const [block] = await readBlocks(store.db, 1, firstPlace - 1, 1);
    const [before] = await readBlocks(store.db, 1, firstPlace - 2, 1);
    const unpacked = unpackEntries(block?.packed ?? new Uint8Array()) ?? [];
    const texts = await readTexts(store.db, unpacked);
    const again = unpacked.map(({ kind, id }) => ({ kind, id, text: texts[kind].get(id) ?? "" }));
    const packed = growBlock(Buffer.alloc(0), again, 0);
    const hash = headOf(before?.hash ?? new Uint8Array(), packed);
    await store.db
      .updateTable("ledger_blocks")
      .set({ packed, hash })
      .where("instance_id", "=", 1)
      .where("first_place", "=", firstPlace)
      .execute();
  }

  async function appendTo(instanceId: number, id: number): Promise<void> {
    const texts = await readTexts(store.db, [{ kind: "exchange", id }]);
    const end = await readChainEnd(store.db, instanceId);
    const entry = { kind: "exchange" as const, id, text: texts.exchange.get(id) ?? "" };
    await appendToChain(store.db, store.dialect, { instanceId, end }, [entry]);
  }
}
