/**
 * Two hundred agents, two providers, real sockets. One provider at a time fails in every way there is, phase by phase;
 * what happens to a request is drawn by a seed (`CHAOS_SEED`), and what must hold is checked for every single one.
 */
import http from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { askForStream, piecesIn, saysItIsWhole, type Told } from "../../support/chaos/agent.ts";
import {
  FAULTS,
  type Fault,
  PIECES,
  type Sighting,
  startUnreliableProvider,
  type UnreliableProvider,
} from "../../support/chaos/unreliable-provider.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { seeded } from "../../support/simulation/seeded.ts";
import { until } from "../../support/until.ts";

const SEED = Number(process.env["CHAOS_SEED"] ?? 1);
const AGENTS = 200;
const TURNS = 2;
const START_WITHIN_MS = 300;
/** Longer than a healthy provider takes to answer 200 at once on a machine that others use, too. */
const FIRST_BYTE_MS = 2_000;

interface Phase {
  name: string;
  /** What befalls the provider whose turn it is; the other one is well. */
  faults: readonly Fault[];
  /** It dies when it has been asked so often. */
  diesAfter?: number;
}

const LYING = [
  "error-in-200",
  "error-as-first-event",
  "error-after-role",
  "ends-before-content",
  "cut-before-content",
  "invalid-json",
  "invalid-json-and-done",
  "half-an-object",
  "a-page",
] as const;
/** After these the key rests for a while. */
const REFUSING: readonly Fault[] = ["throttled", "throttled-for-long", "refuses-key"];
const PHASES: readonly Phase[] = [
  { name: "warm", faults: [] },
  { name: "killed", faults: [], diesAfter: 60 },
  { name: "stalled", faults: ["stalled"] },
  { name: "reset", faults: ["reset"] },
  { name: "well again", faults: [] },
  { name: "stalled after its head", faults: ["stalled-after-head"] },
  { name: "slow", faults: ["slow"] },
  { name: "lying", faults: LYING },
  { name: "refusing", faults: [...REFUSING, "overloaded", "broken"] },
  { name: "cut off", faults: ["cut-after-content"] },
  {
    name: "everything at once",
    faults: FAULTS.filter((fault) => !REFUSING.includes(fault) && fault !== "cut-after-content"),
  },
  { name: "well at last", faults: [] },
];

let providers: [UnreliableProvider, UnreliableProvider];
/** One leaves alone who has failed, and one lets every request find out for itself. */
let gateways: [TestGateway, TestGateway];
const sockets = new http.Agent({ keepAlive: true });
beforeAll(async () => {
  providers = [await startUnreliableProvider("north", SEED), await startUnreliableProvider("south", SEED + 1)];
  gateways = [await startGateway({}), await startGateway({ TOKLIGENCE_CIRCUIT_FAILURES: "0" })];
}, 240_000);

const startGateway = (env: Record<string, string>): Promise<TestGateway> =>
  startTestGateway({
    env: {
      TOKLIGENCE_FIRST_BYTE_TIMEOUT_MS: String(FIRST_BYTE_MS),
      TOKLIGENCE_IDLE_TIMEOUT_MS: String(FIRST_BYTE_MS),
      TOKLIGENCE_KEEP_ALIVE_MS: "150",
      TOKLIGENCE_CIRCUIT_OPEN_MS: "200",
      TOKLIGENCE_CIRCUIT_MAX_OPEN_MS: "400",
      TOKLIGENCE_KEY_REST_MS: "200",
      ...env,
    },
    config: {
      providers: providers.map(({ id, url }) => ({
        id,
        kind: "openai-compatible",
        base_url: `${url}/v1`,
        protocols: ["openai-chat"],
        models: ["m"],
      })),
      routes: [
        {
          match: "any",
          strategy: "weighted",
          resend: true,
          targets: providers.map(({ id }) => ({ provider: id, model: "m" })),
        },
      ],
    },
  });

afterAll(async () => {
  sockets.destroy();
  for (const gateway of gateways) await gateway.stop();
  for (const provider of providers) await provider.stop();
});

interface Outcome {
  told: Told;
  row: ExchangeView;
  /** What the providers saw of it, by provider. */
  seen: Map<string, Sighting[]>;
}

let tags = 0;

/** Asking without a pause would take the time that is measured. */
async function closedRows(gateway: TestGateway, ids: ReadonlySet<string>): Promise<ExchangeView[]> {
  let rows: ExchangeView[] = [];
  await until(async () => {
    const headers = { authorization: `Bearer ${gateway.key}` };
    const list = (await (
      await fetch(`${gateway.url}/api/v1/exchanges?limit=1000`, { headers })
    ).json()) as ExchangeView[];
    rows = list.filter(({ requestId, outcome }) => ids.has(requestId) && outcome !== "open");
    return rows.length >= ids.size / gateways.length;
  }, 150);
  return rows;
}

/** All agents at once, turn after turn. */
async function runPhase({ name, faults, diesAfter }: Phase, failing: UnreliableProvider): Promise<Outcome[]> {
  failing.faults = faults;
  const seenBefore = failing.seen.size;
  const talk = async (n: number): Promise<Told[]> => {
    const { url, key } = gateways[n % 4 < 2 ? 0 : 1];
    const told: Told[] = [];
    const session = `${name}, agent ${n}`;
    for (let turn = 0; turn < TURNS; turn++) {
      const wire = n % 2 === 0 ? "chat" : "messages";
      const tag = `tag-${++tags}`;
      told.push(await askForStream({ url, key, agent: sockets, wire, session, tag }));
    }
    return told;
  };
  const talks = Array.from(
    { length: AGENTS },
    (_, n) =>
      new Promise<Told[]>((resolve, reject) => {
        setTimeout(() => void talk(n).then(resolve, reject), seeded(SEED + n).below(START_WITHIN_MS));
      }),
  );
  if (diesAfter !== undefined) {
    await until(() => failing.seen.size >= seenBefore + diesAfter);
    await failing.kill();
  }
  const told = (await Promise.all(talks)).flat();
  if (diesAfter !== undefined) await failing.revive();
  failing.faults = [];
  const ids = new Set(told.map(({ requestId }) => requestId));
  const rows = Map.groupBy(
    (await Promise.all(gateways.map((gateway) => closedRows(gateway, ids)))).flat(),
    ({ requestId }) => requestId,
  );
  return told.map((each) => {
    const mine = rows.get(each.requestId) ?? [];
    expect(
      mine.map(({ requestId }) => requestId),
      "exactly one row",
    ).toEqual([each.requestId]);
    const seen = new Map(providers.map((provider) => [provider.id, provider.seen.get(each.tag) ?? []]));
    return { told: each, row: mine[0] as ExchangeView, seen };
  });
}

/** Whether another provider could have taken over: nothing of an answer had come. */
const couldFailOver = ({ row }: Outcome): boolean => row.outcome !== "failed_midstream";

const isWhole = ({ told }: Outcome): boolean =>
  !told.wasCut && told.status === 200 && saysItIsWhole(told) && piecesIn(told).length === PIECES;

function checkOne(outcome: Outcome, phase: Phase): void {
  const { told, row, seen } = outcome;
  const pieces = piecesIn(told);
  const [from] = (pieces[0] ?? "").split(".");
  expect(pieces, "pieces of one answer, in order, none twice").toEqual(pieces.map((_, n) => `${from}.${n + 1}`));
  expect(saysItIsWhole(told) && pieces.length < PIECES, "no clean end without the whole").toBe(false);
  expect(row.outcome === "completed", "the row says what came of it").toBe(isWhole(outcome));
  expect(isWhole(outcome) ? row.provider : from).toBe(from);
  const said = seen.get(row.provider ?? "")?.filter(({ saidContent }) => saidContent) ?? [];
  const wasBroken = phase.diesAfter !== undefined || said.some(({ fault }) => fault === "cut-after-content");
  expect(couldFailOver(outcome) || (said.length > 0 && wasBroken), "broken off by its provider alone").toBe(true);
  for (const [provider, sightings] of seen) {
    const attempts = row.attempts.filter((attempt) => attempt.provider === provider);
    // Whom nobody listens to, or who dies while he is spoken to, sees nothing.
    const unseen = phase.diesAfter !== undefined ? attempts.filter(({ status }) => status === null).length : 0;
    expect(sightings.length, `attempts at ${provider}`).toBeLessThanOrEqual(attempts.length);
    expect(sightings.length, `attempts at ${provider}`).toBeGreaterThanOrEqual(attempts.length - unseen);
  }
}

/** Phases in which a provider fails in ways that only another one helps against. */
const MOVING = new Set(["killed", "stalled", "reset", "stalled after its head", "lying", "everything at once"]);

const quantile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

const hasMoved = ({ row }: Outcome): boolean => row.attempts.length > 1;
const isCalm = ({ name, faults, diesAfter }: Phase): boolean =>
  faults.length === 0 && diesAfter === undefined && name !== "warm";
const waits = (outcomes: Outcome[]): number[] => outcomes.flatMap(({ told }) => told.firstContentMs ?? []);

it(`no agent notices that a provider fails, in ${PHASES.length} phases of ${AGENTS} streams at once`, async () => {
  const run = new Map<Phase, Outcome[]>();
  for (const [n, phase] of PHASES.entries()) {
    const failing = providers[n % 2] ?? providers[0];
    // Whoever was throttled a moment ago would rest into the next phase, where nobody else is well.
    if (phase.faults.length > 0) for (const gateway of gateways) await gateway.post("/api/v1/health/reset", {});
    const outcomes = await runPhase(phase, failing);
    for (const outcome of outcomes) {
      try {
        checkOne(outcome, phase);
      } catch (error) {
        const { told, row, seen } = outcome;
        const about = JSON.stringify({
          phase: phase.name,
          told,
          attempts: row.attempts,
          outcome: row.outcome,
          seen: [...seen],
        });
        throw new Error(`${error instanceof Error ? error.message : String(error)}\n${about}`, { cause: error });
      }
    }
    run.set(phase, outcomes);
  }

  const all = [...run.values()].flat();
  const allowed = all.filter(couldFailOver);
  const lost = allowed.filter((outcome) => !isWhole(outcome));
  // What the scheduler adds is measured where nothing fails: in the phases in which all is well, and side by side with those
  // who fail over, by those who need not.
  const calm = waits([...run].filter(([phase]) => isCalm(phase)).flatMap(([, outcomes]) => outcomes));
  const usualMs = quantile(calm, 0.5);
  const report = [...run].map(([phase, outcomes]) => {
    const [moved, stayed] = [outcomes.filter(hasMoved), outcomes.filter((outcome) => !hasMoved(outcome))].map(waits);
    return {
      phase: phase.name,
      whole: outcomes.filter(isWhole).length,
      moved: moved?.length ?? 0,
      addedP99Ms: Math.round(quantile(moved ?? [], 0.99) - (moved?.length ? usualMs : 0)),
      toleranceMs: Math.round(Math.max(quantile(calm, 0.99), quantile(stayed ?? [], 0.99))),
    };
  });
  if (process.env["CHAOS_REPORT"]) {
    console.table(report);
    console.log({ requests: all.length, mayFailOver: allowed.length, lost: lost.length, usualMs });
  }
  for (const [{ name, faults }, outcomes] of run) {
    // After a refusal a key rests at once, so that few are refused.
    const met = outcomes.flatMap(({ seen }) => [...seen.values()].flat()).filter(({ fault }) => fault !== null);
    expect(met.length, `${name} was put to the test`).toBeGreaterThanOrEqual(Math.min(faults.length, 1));
  }
  expect(lost.map(({ told, row }) => ({ tag: told.tag, attempts: row.attempts })).slice(0, 3)).toEqual([]);
  expect((allowed.length - lost.length) / allowed.length).toBeGreaterThanOrEqual(0.999);
  expect(all.filter(hasMoved).length, "it was put to the test").toBeGreaterThan(AGENTS);
  // In each of the phases, not in one of them: how many in all depends on the machine.
  const moved = report
    .filter(({ phase }) => MOVING.has(phase))
    .map((each) => ({ phase: each.phase, moved: each.moved }));
  expect(moved).toHaveLength(MOVING.size);
  expect(moved.filter((each) => each.moved < 10)).toEqual([]);
  expect(report.filter(({ addedP99Ms, toleranceMs }) => addedP99Ms > FIRST_BYTE_MS + toleranceMs)).toEqual([]);
}, 120_000);
