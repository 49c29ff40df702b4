import { describe, expect, it } from "vitest";
import { PriceDataError } from "../../../src-gateway/prices/price-data-error.ts";
import { createPriceDesk } from "../../../src-gateway/prices/price-desk.ts";
import { startPriceUpdates } from "../../../src-gateway/prices/price-updates.ts";
import { bundled, EVERY_KIND, NOVEMBER_MS, overridesOf } from "./price-book.ts";

const facts = { provider: "openai", model: "gpt-5", atMs: NOVEMBER_MS, inputTokens: 1 };
const listWith = (input: unknown, more: object = {}) => [
  {
    id: "openai",
    models: [{ id: "gpt-5", match: { equals: "gpt-5" }, prices: { input_mtok: input, output_mtok: 1 } }],
    ...more,
  },
];

function newDesk() {
  const desk = createPriceDesk(() => Promise.resolve(bundled));
  desk.setConfig({ fileName: "gateway.yaml", overrides: [], providers: EVERY_KIND });
  return { desk, input: () => desk.book().find(facts)?.unitPrices.input };
}

describe("the desk", () => {
  it("has the data of the program when somebody needed them, and tries again after a failure", async () => {
    let isBroken = true;
    const desk = createPriceDesk(() => (isBroken ? Promise.reject(new Error("no")) : Promise.resolve(bundled)));
    expect(desk.book().find(facts)).toBeNull();
    await expect(desk.ready()).rejects.toThrow("no");
    isBroken = false;
    expect((await desk.ready()).version).toBe("genai-prices 0.1.8");
    expect(desk.book().find(facts)?.unitPrices.input).toBe(1_250_000);
  });

  it("puts configuration, file, update and program in this order, each with its version", async () => {
    const { desk, input } = newDesk();
    await desk.ready();
    desk.setUpdate(listWith(7));
    expect(input()).toBe(7_000_000);
    desk.setFile({ list: listWith(6) });
    expect(input()).toBe(6_000_000);
    desk.setFile({ entries: overridesOf("- {model: gpt-5, input: 5, output: 1}") });
    expect(input()).toBe(5_000_000);
    const overrides = overridesOf("- {model: gpt-5, input: 4, output: 1}");
    desk.setConfig({ fileName: "gateway.yaml", overrides, providers: EVERY_KIND });
    expect(input()).toBe(4_000_000);
    expect(desk.book().version).toMatch(
      /^gateway\.yaml [0-9a-f]{8}, prices_file [0-9a-f]{8}, genai-prices update [0-9a-f]{8}, genai-prices 0\.1\.8$/,
    );
    expect(desk.book().find(facts)?.source).toMatch(/^gateway\.yaml [0-9a-f]{8}$/);
  });

  it("stamps the same content alike, wherever it stands in its file", () => {
    const sourceOf = (yaml: string): string | undefined => {
      const { desk } = newDesk();
      desk.setFile({ entries: overridesOf(yaml) });
      return desk.book().find(facts)?.source;
    };
    const entry = "- {model: gpt-5, input: 5, output: 1}";
    expect(sourceOf(entry)).toBe(sourceOf(`# a line above\n${entry}`));
    expect(sourceOf(entry)).not.toBe(sourceOf("- {model: gpt-5, input: 6, output: 1}"));
  });

  it.each([
    ["no list", {}, /no list of providers/],
    ["an empty list", [], /no list of providers/],
    ["a provider without an id", [{ models: [] }], /without an id/],
    ["a provider twice", [...listWith(1), ...listWith(2)], /"openai" twice/],
    ["no models", [{ id: "openai" }], /no models at "openai"/],
    ["a negative price", listWith(-1), /price that is no number/],
    ["a price that is a text", listWith("1"), /something else in the place of a price/],
    ["a huge price", listWith(1e15), /too large/],
    ["tiers without prices", listWith({ base: 1, tiers: [{ start: 1 }] }), /no number/],
    ["a pattern that is none", listWith(1, { api_pattern: "(" }), /pattern at openai that cannot be used/],
    ["no match", [{ id: "openai", models: [{ id: "x", match: {}, prices: {} }] }], /does not say what "x" of "openai"/],
    [
      "a day that does not exist",
      [
        {
          id: "openai",
          models: [
            { id: "x", match: { equals: "x" }, prices: [{ constraint: { start_date: "2026-13-01" }, prices: {} }] },
          ],
        },
      ],
      /day that does not exist/,
    ],
  ])("keeps what it has when a list has %s", (_what, list, problem) => {
    const { desk, input } = newDesk();
    desk.setFile({ list: listWith(6) });
    const before = desk.book();
    expect(() => desk.setFile({ list })).toThrow(PriceDataError);
    expect(() => desk.setFile({ list })).toThrow(problem);
    expect(() => desk.setUpdate(list)).toThrow(problem);
    expect(desk.book()).toBe(before);
    expect(input()).toBe(6_000_000);
  });
});

describe("updates", () => {
  /** Waits that nobody waits for: a test says when they are over. */
  function newWorld(answers: (() => Promise<string>)[]) {
    const waits: { ms: number; run: () => void }[] = [];
    const [taken, problems]: [unknown[], string[]] = [[], []];
    let settled = Promise.withResolvers<void>();
    const updates = startPriceUpdates({
      url: "https://prices.example/data.json",
      fetchText: () => (answers.shift() ?? (() => Promise.reject(new Error("asked too often"))))(),
      after(ms, run) {
        waits.push({ ms, run });
        settled.resolve();
        settled = Promise.withResolvers<void>();
        return () => void waits.pop();
      },
      onData(data) {
        if (data === 13) throw new PriceDataError("is no list");
        taken.push(data);
      },
      onProblem: (problem) => problems.push(problem),
    });
    return { updates, waits, taken, problems, nextWait: () => settled.promise };
  }

  it("are asked for at once and once a day, whatever went wrong before", async () => {
    const world = newWorld([
      () => Promise.resolve("[1]"),
      () => Promise.reject(new Error("no network")),
      () => Promise.resolve("{"),
      () => Promise.resolve("13"),
      () => Promise.resolve("[2]"),
    ]);
    await world.nextWait();
    for (let day = 0; day < 4; day++) {
      const next = world.nextWait();
      world.waits.shift()?.run();
      await next;
    }
    expect(world.taken).toEqual([[1], [2]]);
    expect(world.problems).toEqual(["no network", "is no JSON", "is no list"]);
    expect(world.waits.map(({ ms }) => ms)).toEqual([86_400_000]);
    world.updates.stop();
    expect(world.waits).toEqual([]);
  });

  it("that arrive after the end change nothing", async () => {
    const late = Promise.withResolvers<string>();
    const world = newWorld([() => late.promise, () => Promise.resolve("[3]")]);
    world.updates.stop();
    late.resolve("[1]");
    expect(await world.updates.look()).toBe(false);
    expect([world.taken, world.waits]).toEqual([[], []]);
  });
});
