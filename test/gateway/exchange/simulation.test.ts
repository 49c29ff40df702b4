/**
 * Thousands of seeded scenarios in virtual time: providers that go down in every way, agents that come and leave, and the
 * real exchange between them. A failing seed is named; `SIMULATION_RUNS` asks for more of them.
 */
import { expect, it } from "vitest";
import { FAULTS, HARD_FAULTS } from "../../support/simulation/fake-provider.ts";
import { runScenario, type Scenario, type SimulatedRequest } from "../../support/simulation/run-scenario.ts";

const RUNS = Number(process.env["SIMULATION_RUNS"] ?? 1_000);

const callsFor = ({ providers }: Scenario, { tag }: SimulatedRequest) =>
  providers.flatMap(({ calls }) => calls.filter((call) => call.tag === tag)).toSorted((a, b) => a.atMs - b.atMs);

const mayHaveBeenWorkedOn = (fault: string | null): boolean => HARD_FAULTS.some((hard) => hard === fault);

/** What must hold however it went. */
function checkAlways(scenario: Scenario): void {
  for (const provider of scenario.providers) expect(provider.early, "asked before its own deadline").toBe(0);
  for (const request of scenario.requests) {
    expect(request.closed, "exactly one record").toHaveLength(1);
    const [record] = request.closed;
    const calls = callsFor(scenario, request);
    expect(record?.attempts.length, "a row for each attempt").toBe(calls.length);
    const accepted = calls.findIndex(({ fault }) => mayHaveBeenWorkedOn(fault));
    const sentAgain = accepted < 0 ? [] : calls.slice(accepted + 1);
    expect(sentAgain, "nothing is sent again that may have been worked on").toEqual([]);
    const pieces = request.text.match(/<[^>]+>/g) ?? [];
    expect(new Set(pieces).size, "no content twice").toBe(pieces.length);
    expect(new Set(pieces.map((piece) => piece.split(".")[1])).size, "content of one provider").toBeLessThanOrEqual(1);
    const isWhole = record?.outcome === "completed";
    expect(isWhole ? 3 - pieces.length : 0, "the whole answer").toBe(0);
    expect(request.text.includes("[DONE]"), "a clean end with the whole, and only then").toBe(isWhole);
  }
}

it(`no request is lost while one provider is up, over ${RUNS} scenarios of failures that leave nothing behind`, async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= RUNS; seed++) {
    const scenario = await runScenario(seed, { hard: false });
    try {
      checkAlways(scenario);
      for (const { fault } of scenario.providers.flatMap((provider) => provider.down)) seen.add(fault);
      const stayed = scenario.requests.filter((request) => scenario.hasSteady && request.leavesMs === null);
      const outcomes = stayed.map((request) => request.closed[0]?.outcome);
      expect(outcomes.filter((outcome) => outcome !== "completed")).toEqual([]);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
  expect([...seen].sort()).toEqual([...FAULTS].sort());
}, 120_000);

it(`an answer that broke off is never rounded off nor begun anew, over ${RUNS} scenarios with every failure`, async () => {
  const outcomes = new Map<string, number>();
  const seen = new Set<string>();
  for (let seed = 1; seed <= RUNS; seed++) {
    const scenario = await runScenario(seed + 1_000_000, { hard: true });
    try {
      checkAlways(scenario);
    } catch (error) {
      throw new Error(`seed ${seed + 1_000_000}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    for (const request of scenario.requests) {
      const outcome = request.closed[0]?.outcome ?? "none";
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    for (const { fault } of scenario.providers.flatMap((provider) => provider.down)) seen.add(fault);
  }
  expect([...seen].sort()).toEqual([...FAULTS, ...HARD_FAULTS].sort());
  expect([...outcomes.keys()]).toEqual(
    expect.arrayContaining(["completed", "failed", "failed_midstream", "client_aborted"]),
  );
}, 120_000);
