/** One seeded scenario: agents, providers with a timetable of faults, and the real exchange between them, in virtual time. */

import { runExchange } from "../../../src-gateway/exchange/exchange.ts";
import { createReplayMemory } from "../../../src-gateway/exchange/replay-memory.ts";
import type { ExchangeWorld, Inbound, Reply } from "../../../src-gateway/exchange/types.ts";
import { createHealth } from "../../../src-gateway/health/health.ts";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import type { Admission } from "../../../src-gateway/limits/types.ts";
import type { ProviderInstance } from "../../../src-gateway/providers/types.ts";
import { answer, createProvider, type FakeProvider } from "./fake-provider.ts";
import { type Chance, seeded } from "./seeded.ts";
import { takeOverTimers, type VirtualTime } from "./virtual-time.ts";

export interface SimulatedRequest {
  tag: string;
  startMs: number;
  leavesMs: number | null;
  text: string;
  status: number | null;
  wasCut: boolean;
  closed: ExchangeRecord[];
}

export interface Scenario {
  seed: number;
  providers: FakeProvider[];
  requests: SimulatedRequest[];
  /** A provider that was up all the time. */
  hasSteady: boolean;
}

const LAST_MS = 20_000;

export async function runScenario(seed: number, options: { hard: boolean }): Promise<Scenario> {
  const time = takeOverTimers();
  try {
    return await play(seed, options, time);
  } finally {
    time.restore();
  }
}

async function play(seed: number, options: { hard: boolean }, time: VirtualTime): Promise<Scenario> {
  const chance = seeded(seed);
  const count = 1 + chance.below(3);
  const steady = chance.next() < 0.6 ? chance.below(count) : -1;
  const providers = Array.from({ length: count }, (_, n) =>
    createProvider(`p${n}`, chance, { isSteady: n === steady, lastMs: LAST_MS, hard: options.hard }),
  );
  const requests = Array.from({ length: 2 + chance.below(10) }, (_, n): SimulatedRequest => {
    const startMs = chance.below(LAST_MS);
    return {
      tag: `tag-${n}`,
      startMs,
      leavesMs: chance.next() < 0.15 ? startMs + chance.below(3_000) : null,
      text: "",
      status: null,
      wasCut: false,
      closed: [],
    };
  });
  const world = createWorld(providers, chance, requests, time.nowMs);
  const runs = requests.map(
    (request, n) =>
      new Promise<void>((resolve) => {
        setTimeout(
          () => void runExchange(inboundFor(request, n + 1, time.nowMs), world).then(resolve),
          request.startMs,
        );
      }),
  );
  await time.runAll();
  await Promise.all(runs);
  return { seed, providers, requests, hasSteady: steady >= 0 };
}

function createWorld(
  providers: FakeProvider[],
  chance: Chance,
  requests: SimulatedRequest[],
  nowMs: () => number,
): ExchangeWorld {
  const clock = { nowUs: () => nowMs() * 1000, monotonicUs: () => nowMs() * 1000 };
  const later = (ms: number, run: () => void): void => void setTimeout(run, ms);
  const free: Admission = {
    enter: async () => ({ release() {} }),
    enterTarget: async () => ({ release() {} }),
    tryEnter: () => ({ release() {} }),
    tryEnterTarget: () => ({ release() {} }),
    refresh() {},
    status: () => ({ inFlight: 0, waiting: 0, bytes: 0, limits: [] }),
  };
  const instances = new Map(providers.map((provider) => [provider.id, instanceOf(provider.id)]));
  return {
    clock,
    turnClock: clock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    timeouts: TIMEOUTS,
    onClientAbort: "abort",
    maxDrainMs: 1_000,
    authenticate: () => ({
      userId: 1,
      email: "a@b.example",
      role: "root_admin",
      apiKeyId: 1,
      keyName: "k",
      scopes: [],
    }),
    plan: async ({ model }) => ({
      model,
      targets: [...instances].map(([provider, instance]) => ({
        instance,
        provider,
        model: "m",
        wire: "openai-chat",
        reason: "simulated",
      })),
      matched: "simulated",
      leftOut: [],
      variant: null,
    }),
    workMode: "auto",
    runaways: { check: () => null, settle() {}, list: () => [], resume: () => null },
    retry: { maxAttempts: 20, totalMs: 120_000, maxWaitMs: 60_000, baseMs: 50, maxMs: 2_000 },
    random: () => chance.next(),
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        const leave = (): void => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener("abort", leave, { once: true });
      }),
    health: createHealth({ clock, settings: HEALTH, random: () => chance.next() }),
    admission: free,
    joins: null,
    reportPrompt: async () => null,
    affinity: { homeOf: () => null, settle() {} },
    conversationOf: () => null,
    countTokens: async () => 1,
    withoutCounter: new Map(),
    replay: createReplayMemory(clock),
    responses: undefined as never,
    authorize: async (_target, request) => request,
    maxOutputTokens: () => null,
    dispatch(request, sink) {
      const provider = providers.find(({ id }) => request.url.includes(`//${id}.`));
      if (!provider) throw new Error(`nobody lives at ${request.url}`);
      return answer(provider, request, sink, { nowMs, later, chance });
    },
    records: {
      open() {},
      close(record) {
        requests[record.id - 1]?.closed.push(structuredClone(record));
      },
    },
  };
}

const TIMEOUTS = {
  connectMs: 1_000,
  firstByteMs: 2_000,
  idleMs: 2_000,
  keepAliveMs: 5_000,
  clientHeadersMs: 1_000,
  clientBodyMs: 1_000,
  clientStallMs: 10_000,
  stopDelayMs: 0,
  drainMs: 1_000,
};
const HEALTH: Parameters<typeof createHealth>[0]["settings"] = {
  failures: 5,
  openMs: 1_000,
  maxOpenMs: 5_000,
  keyRestMs: 3_000,
};

const instanceOf = (id: string): ProviderInstance => ({
  id,
  kind: "openai-compatible",
  name: id,
  protocols: { "openai-chat": `http://${id}.example/v1` },
  auth: {},
  credential: null,
  keys: [{ id: "default", credential: null, weight: 1 }],
  needsCredential: false,
  declaredModels: null,
  modelsEndpoint: null,
  headers: {},
  compat: new Set(),
  region: null,
  where: "simulation",
});

function inboundFor(request: SimulatedRequest, id: number, nowMs: () => number): Inbound {
  const leaving = new AbortController();
  const body = Buffer.from(
    JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: request.tag }] }),
  );
  let finish: (delivered: boolean) => void = () => {};
  const finished = new Promise<boolean>((resolve) => {
    finish = resolve;
  });
  const reply: Reply = {
    get status() {
      return request.status;
    },
    get bytesOut() {
      return request.text.length;
    },
    start(status) {
      request.status = status;
    },
    write(bytes) {
      request.text += bytes.toString();
      return true;
    },
    end(bytes) {
      if (bytes) request.text += bytes.toString();
      finish(true);
    },
    cut() {
      request.wasCut = true;
      finish(false);
    },
    onDrain: null,
    finished: () => finished,
  };
  if (request.leavesMs !== null) {
    setTimeout(() => {
      leaving.abort();
      finish(false);
    }, request.leavesMs - request.startMs);
  }
  return {
    id,
    requestId: `req_${id}`,
    arrivedUs: nowMs() * 1000,
    wire: "openai-chat",
    target: { surface: "chat", pathModel: null, pathMethod: null, query: "" },
    project: null,
    headers: {},
    token: "tok",
    readBody: async () => ({ bytes: body, wireBytes: body.length, release() {} }),
    signal: leaving.signal,
    reply,
  };
}
