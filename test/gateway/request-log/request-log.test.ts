import { expect, it } from "vitest";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createRequestLog } from "../../../src-gateway/request-log/request-log.ts";
import type { ExchangeFilter } from "../../../src-gateway/request-log/types.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID, openRecord } from "../../support/exchange-records.ts";

async function write(store: Store, records: ExchangeRecord[]): Promise<void> {
  const writer = createExchangeWriter({ store, instanceId: 1, clock: systemClock, log: silentLogger, spillFile: null });
  for (const record of records) (record.outcome === "open" ? writer.open : writer.close).call(writer, record);
  await writer.stop();
}

const at = (index: number, changes: Partial<ExchangeRecord> = {}): ExchangeRecord =>
  completedRecord(FIRST_ID + index, changes);
const failed = { outcome: "failed", status: 502, errorCode: "provider_error" } as const;

const SAMPLE: ExchangeRecord[] = [
  at(0),
  at(1, { userId: 2, apiKeyId: 5 }),
  at(2, { provider: "openai", modelAsked: "gpt", modelRouted: "gpt-5", modelServed: "gpt-5-2026" }),
  at(3, { ...failed }),
  openRecord(FIRST_ID + 4),
  at(5, { surface: "chat", outcome: "client_aborted" }),
  at(6, {
    outcome: "refused",
    userId: null,
    apiKeyId: null,
    attempts: [],
    provider: null,
    modelAsked: null,
    modelRouted: null,
    modelServed: null,
  }),
];

describeOnBothDatabases("the request log", (database) => {
  const indexesOf = async (store: Store, filter: ExchangeFilter): Promise<number[]> =>
    (await createRequestLog(store).list(filter)).map(({ id }) => id - FIRST_ID);

  it("finds by every filter, newest first", async () => {
    const store = await database.open();
    await write(store, SAMPLE);
    const cases: [ExchangeFilter, number[]][] = [
      [{}, [6, 5, 4, 3, 2, 1, 0]],
      [{ userId: 2 }, [1]],
      // Beyond what any user's number can be.
      [{ userId: 2 ** 40 }, []],
      [{ apiKeyId: 2 ** 40 }, []],
      [{ apiKeyId: 5 }, [1]],
      [{ provider: "openai" }, [2]],
      [{ model: "gpt" }, [2]],
      [{ model: "gpt-5" }, [2]],
      [{ model: "gpt-5-2026" }, [2]],
      [{ model: "gpt-5", provider: "openai", outcome: "completed" }, [2]],
      [{ model: "gpt-5", provider: "anthropic" }, []],
      [{ model: "no such model" }, []],
      [{ provider: "no such provider" }, []],
      [{ surface: "chat" }, [5]],
      [{ outcome: "open" }, [4]],
      [{ outcome: "completed" }, [2, 1, 0]],
      [{ outcome: "failed" }, [3]],
      [{ failedOnly: true }, [6, 5, 3]],
      [{ failedOnly: true, outcome: "open" }, []],
      [{ failedOnly: false, userId: 1, provider: "anthropic" }, [5, 4, 3, 0]],
      [{ fromUs: FIRST_ID + 2, toUs: FIRST_ID + 5 }, [4, 3, 2]],
    ];
    const found = await Promise.all(cases.map(async ([filter]) => [filter, await indexesOf(store, filter)]));
    expect(found).toEqual(cases);
  });

  it("can be paged back and followed", async () => {
    const store = await database.open();
    await write(store, SAMPLE);
    expect(await indexesOf(store, { limit: 3 })).toEqual([6, 5, 4]);
    expect(await indexesOf(store, { limit: 3, beforeId: FIRST_ID + 4 })).toEqual([3, 2, 1]);
    expect(await indexesOf(store, { limit: 3, afterId: FIRST_ID })).toEqual([1, 2, 3]);
    expect(await indexesOf(store, { afterId: FIRST_ID + 3, beforeId: FIRST_ID + 6 })).toEqual([4, 5]);
  });

  it("finds a model wherever it stands, each exchange once and in order", async () => {
    const store = await database.open();
    const places = ["modelAsked", "modelRouted", "modelServed"] as const;
    // Every way of standing in three places, twice.
    const models = Array.from({ length: 16 }, (_, index) =>
      Object.fromEntries(places.map((place, bit) => [place, (index >> bit) % 2 === 1 ? "wanted" : `other ${bit}`])),
    );
    await write(
      store,
      models.map((changes, index) => at(index * 1_000_000_000, changes)),
    );
    const expected = models.flatMap((changes, index) =>
      Object.values(changes).includes("wanted") ? [index * 1_000_000_000] : [],
    );
    expect(await indexesOf(store, { model: "wanted", afterId: 1 })).toEqual(expected);
    expect(await indexesOf(store, { model: "wanted" })).toEqual(expected.toReversed());
    expect(await indexesOf(store, { model: "wanted", limit: 3 })).toEqual(expected.toReversed().slice(0, 3));
  });

  it("gives a hundred rows unless asked for others, and never more than a thousand", async () => {
    const store = await database.open();
    await write(
      store,
      Array.from({ length: 1_100 }, (_, index) => at(index)),
    );
    const lengths = await Promise.all(
      [{}, { limit: 0 }, { limit: 7.9 }, { limit: 5_000 }].map(
        async (filter) => (await indexesOf(store, filter)).length,
      ),
    );
    expect(lengths).toEqual([100, 1, 7, 1_000]);
  });

  it("gives one exchange, as it was recorded, or none", async () => {
    const store = await database.open();
    await write(store, SAMPLE);
    const requestLog = createRequestLog(store);
    expect(await requestLog.get(FIRST_ID + 3)).toEqual(SAMPLE[3]);
    expect(await requestLog.get(FIRST_ID + 99)).toBeNull();
  });

  it("takes texts for what they are", async () => {
    const store = await database.open();
    await write(store, SAMPLE);
    expect(await indexesOf(store, { provider: "' or 1=1 --" })).toEqual([]);
  });
});
