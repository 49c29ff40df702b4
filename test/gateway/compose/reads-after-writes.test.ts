import { describe, expect, it } from "vitest";
import { type Reads, readsAfterWrites } from "../../../src-gateway/compose/reads-after-writes.ts";

const never = (): Promise<void> => new Promise(() => {});

/** Says in what order it was read. */
function recorder(told: string[]): Reads {
  const read = (name: string) => async () => {
    told.push(name);
    return [] as never;
  };
  return {
    requestLog: { list: read("list"), get: read("get") },
    usage: {
      total: read("total"),
      breakdown: read("breakdown"),
      series: read("series"),
      latencies: read("latencies"),
      differences: read("differences"),
    },
  };
}

const names = ["list", "get", "total", "breakdown", "series", "latencies", "differences"];
const readAll = ({ requestLog, usage }: Reads): Promise<unknown>[] => [
  requestLog.list({}),
  requestLog.get(1),
  usage.total({}),
  usage.breakdown({ groupBy: "day" }),
  usage.series({ startsUs: [0], toUs: 1, groupBy: "all", limit: 5 }),
  usage.latencies({ groupBy: "provider", metric: "total-us" }),
  usage.differences({}),
];

describe("reads of the admin API", () => {
  it("come after what has ended is written", async () => {
    const told: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const answers = readAll(readsAfterWrites(recorder(told), () => promise));
    await new Promise(setImmediate);
    told.push("written");
    resolve();
    await Promise.all(answers);
    expect(told).toEqual(["written", ...names]);
  });

  it("do not wait for ever for a database that takes nothing", async () => {
    const told: string[] = [];
    await Promise.all(readAll(readsAfterWrites(recorder(told), never)));
    expect(told).toEqual(names);
  });
});
