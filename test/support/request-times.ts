/** How long requests take, for as long as they are wanted. */
import http from "node:http";
import { setTimeout as wait } from "node:timers/promises";

export interface RequestTimes {
  /** Of those that were asked for since it was asked last, in ms. */
  take(): number[];
  /** Of those that end within so many milliseconds from now: the time is what is measured over. */
  during(ms: number): Promise<number[]>;
  stop(): Promise<void>;
}

/** So many clients ask one request after the other, each over a connection of its own. */
export function askOnAndOn(to: { url: string; key: string; model: string }, clients: number): RequestTimes {
  let times: number[] = [];
  let isOver = false;
  const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
  const one = async (client: number, n = 0): Promise<void> => {
    const beganAt = performance.now();
    await ask(agent, to, `client ${client}, request ${n}`);
    times.push(performance.now() - beganAt);
    if (!isOver) await one(client, n + 1);
  };
  const running = Promise.all(Array.from({ length: clients }, (_, client) => one(client)));
  const take = (): number[] => {
    const taken = times;
    times = [];
    return taken;
  };
  return {
    take,
    async during(ms) {
      take();
      await wait(ms);
      return take();
    },
    async stop() {
      isOver = true;
      await running;
      agent.destroy();
    },
  };
}

function ask(agent: http.Agent, to: { url: string; key: string; model: string }, content: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${to.key}` };
    const request = http.request(`${to.url}/v1/chat/completions`, { method: "POST", agent, headers }, (reply) => {
      if (reply.statusCode !== 200) reject(new Error(`a request was answered with ${reply.statusCode}`));
      reply.resume().on("end", resolve).on("error", reject);
    });
    request.on("error", reject);
    request.end(JSON.stringify({ model: to.model, stream: true, messages: [{ role: "user", content }] }));
  });
}

/** The value that all but this share of them do not exceed. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
