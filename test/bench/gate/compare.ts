/**
 * CPU per request of the built gateway's main thread, to that of a bare proxy in the same run: a ratio that holds on a loaded machine and on
 * another one. Both are warmed with the same number of requests and asked in turns; each figure is the least of its turns,
 * because whatever disturbs a turn only adds to it.
 */
import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "undici";
import { mainThreadNs, startProgram } from "../rig/processes.ts";
import { bodyOf } from "../rig/requests.ts";
import { type Place, type System, startGateway, startProxy } from "../rig/systems.ts";

const CONNECTIONS = 8;
const WARM_UPS = 1_500;
const TURN = 250;
const TURNS = 5;
/** What is written behind the answers belongs to them. */
const SETTLE_MS = 150;

export interface Compared {
  name: string;
  bareUs: number;
  gatewayUs: number;
  ratio: number;
}

export async function compareWithBare(folder: string): Promise<Compared[]> {
  const script = `${import.meta.dirname}/provider.ts`;
  const provider = await startProgram(process.execPath, [script], { ready: /ready (\d+)\n/ });
  const place: Place = { providerPort: Number(provider.said[1]), folder };
  const bare = await startProxy("http-agent", place);
  const gateway = await startGateway(place, { models: ["mock-plain", "mock-stream"] });
  try {
    const found: Compared[] = [];
    for (const model of ["mock-plain", "mock-stream"]) found.push(await compare(model, bare, gateway));
    return found;
  } finally {
    await Promise.all([bare.stop(), gateway.stop(), provider.stop()]);
  }
}

async function compare(model: string, bare: System, gateway: System): Promise<Compared> {
  const systems = [bare, gateway];
  for (const system of systems) await ask(system, model, WARM_UPS);
  const best = new Map<System, number>();
  for (let turn = 0; turn < TURNS; turn++) {
    for (const system of turn % 2 === 0 ? systems : systems.toReversed()) {
      const before = mainThreadNs(system.pid ?? 0);
      await ask(system, model, TURN);
      await wait(SETTLE_MS);
      const us = (mainThreadNs(system.pid ?? 0) - before) / 1000 / TURN;
      best.set(system, Math.min(best.get(system) ?? Infinity, us));
    }
  }
  const [bareUs, gatewayUs] = [best.get(bare) ?? 0, best.get(gateway) ?? 0];
  return { name: model === "mock-stream" ? "stream" : "whole answer", bareUs, gatewayUs, ratio: gatewayUs / bareUs };
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
