/**
 * What a request takes of the built gateway's main thread. Where valgrind is there its instructions are counted, which neither
 * other work nor another machine changes much; otherwise its CPU, to that of a bare proxy in the same run.
 */
import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "undici";
import { countInstructions, SLOW_CLOCK, underCallgrind } from "../rig/callgrind.ts";
import { mainThreadNs, startProgram } from "../rig/processes.ts";
import { bodyOf } from "../rig/requests.ts";
import { type Place, type System, startGateway, startProxy } from "../rig/systems.ts";

/** How the provider answers, and the model that it does so for. */
export const ANSWERS = [
  { name: "whole answer", model: "mock-plain", warmUps: 15_000, counted: 500 },
  { name: "stream", model: "mock-stream", warmUps: 1_500, counted: 100 },
] as const;
export type AnswerName = (typeof ANSWERS)[number]["name"];
const MODELS = ANSWERS.map(({ model }) => model);
const CONNECTIONS = 16;
const COUNTED_TURNS = 4;

/** Instructions of one request by the kind of its answer. The engine has not yet compiled all that it would in a long run. */
export async function instructionsOf(folder: string): Promise<Record<AnswerName, number>> {
  return withProvider(async (providerPort) => {
    const place = { providerPort, folder };
    const launcher = underCallgrind(folder);
    const gateway = await startGateway(place, { models: MODELS, launcher, nodeArgs: SLOW_CLOCK });
    try {
      const found: Record<AnswerName, number> = { "whole answer": 0, stream: 0 };
      for (const { name, model, warmUps, counted } of ANSWERS) {
        await ask(gateway, model, warmUps);
        const work = (): Promise<void> => ask(gateway, model, counted);
        // The least, because what is compiled or collected meanwhile, and pieces that come one by one, only add to it.
        let least = Infinity;
        for (let turn = 0; turn < COUNTED_TURNS; turn++)
          least = Math.min(least, await countInstructions(gateway.pid ?? 0, folder, work));
        found[name] = least / counted;
      }
      return found;
    } finally {
      await gateway.stop();
    }
  });
}

const WARM_UPS = 1_500;
const TURN = 250;
const TURNS = 5;
/** What is written behind the answers belongs to them. */
const SETTLE_MS = 150;

/** CPU of one request in bare proxies, by the kind of its answer. Both are warmed alike and asked in turns. */
export async function ratiosOf(folder: string): Promise<Record<AnswerName, number>> {
  return withProvider(async (providerPort) => {
    const place: Place = { providerPort, folder };
    const bare = await startProxy("http-agent", place);
    const gateway = await startGateway(place, { models: MODELS });
    try {
      const found: Record<AnswerName, number> = { "whole answer": 0, stream: 0 };
      for (const { name, model } of ANSWERS) found[name] = await ratioOf(model, bare, gateway);
      return found;
    } finally {
      await Promise.all([bare.stop(), gateway.stop()]);
    }
  });
}

async function ratioOf(model: string, bare: System, gateway: System): Promise<number> {
  const systems = [bare, gateway];
  for (const system of systems) await ask(system, model, WARM_UPS);
  // The least of its turns, because whatever disturbs a turn only adds to it.
  const best = new Map<System, number>();
  for (let turn = 0; turn < TURNS; turn++) {
    for (const system of turn % 2 === 0 ? systems : systems.toReversed()) {
      const before = mainThreadNs(system.pid ?? 0);
      await ask(system, model, TURN);
      await wait(SETTLE_MS);
      const ns = (mainThreadNs(system.pid ?? 0) - before) / TURN;
      best.set(system, Math.min(best.get(system) ?? Infinity, ns));
    }
  }
  return (best.get(gateway) ?? 0) / (best.get(bare) ?? 0);
}

async function withProvider<Result>(use: (port: number) => Promise<Result>): Promise<Result> {
  const script = `${import.meta.dirname}/provider.ts`;
  const provider = await startProgram(process.execPath, [script], { ready: /ready (\d+)\n/ });
  try {
    return await use(Number(provider.said[1]));
  } finally {
    await provider.stop();
  }
}

/** Each body has a number of its own: what is asked twice might be answered once. */
async function ask(system: System, model: string, requests: number): Promise<void> {
  const pool = new Pool(`http://127.0.0.1:${system.port}`, { connections: CONNECTIONS, pipelining: 1 });
  const text = bodyOf({ wire: "chat", mode: "plain", bodyBytes: 2_000 })
    .toString()
    .replace('"mock-plain"', `"${model}"`);
  const body = model === "mock-stream" ? text.replace('"stream":false', '"stream":true') : text;
  const headers = {
    "content-type": "application/json",
    ...system.headers({ wire: "chat", mode: "plain", bodyBytes: 0 }),
  };
  let left = requests;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const own = body.replace("#00000000", `#${String(asked++).padStart(8, "0")}`);
      const answer = await pool.request({ path: "/v1/chat/completions", method: "POST", headers, body: own });
      const bytes = await answer.body.arrayBuffer();
      if (answer.statusCode !== 200 || bytes.byteLength < 1_000)
        throw new Error(`${system.name} answered with ${answer.statusCode} and ${bytes.byteLength} bytes.`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  await pool.close();
}

let asked = 0;
