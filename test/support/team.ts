/** A team server as `deploy/` describes it: two gateways on one PostgreSQL and one Redis, behind nginx, and a provider. */

import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { type Daemon, newFolder, startDaemon } from "./daemon.ts";
import { freePort, startNginx, type TestNginx } from "./nginx.ts";
import { type RawProvider, type RawRequest, startRawProvider } from "./raw-provider.ts";
import type { TestRedis } from "./redis.ts";

/** Of one answer: a thousand tokens of input at $1 a million, ten of output at $10. */
const USAGE = { prompt_tokens: 1_000, completion_tokens: 10, total_tokens: 1_010 };
export const COST_USD = 0.0011;

export interface Replica {
  address: string;
  daemon: Daemon;
  /** Again, on the same port and folder. */
  start(): Promise<void>;
}

export interface Team {
  replicas: [Replica, Replica];
  nginx: TestNginx;
  provider: RawProvider;
  /** Of the root administrator. */
  key: string;
  /** Streams go on until this is called. */
  endStreams(): void;
  stop(): Promise<void>;
}

export async function startTeam(options: {
  program: string;
  ledgerUrl: string;
  redis: TestRedis;
  /** Of one budget for all, in requests. */
  budget: number;
  stopDelayMs: number;
}): Promise<Team> {
  const streams = new Set<() => void>();
  const provider = await startRawProvider();
  provider.respond = (request, response) => answer(request, response, streams);
  const config = {
    providers: [{ id: "p", kind: "openai-compatible", base_url: `${provider.url}/v1`, models: ["m"] }],
    prices: [{ provider: "p", model: "m", input: "1", output: "10" }],
    // The name is that of the count in Redis, which other teams use, too.
    budgets: [{ id: randomUUID(), per: "global", unit: "usd", limit: options.budget * COST_USD, window: "day" }],
  };
  const env = {
    TOKLIGENCE_LEDGER_PATH: options.ledgerUrl,
    TOKLIGENCE_REDIS_URL: options.redis.url,
    TOKLIGENCE_REDIS_WAIT_MS: "1000",
    TOKLIGENCE_AUTH_SECRET: "one-secret-that-both-replicas-share-here",
    TOKLIGENCE_TRUSTED_PROXIES: "127.0.0.1",
    TOKLIGENCE_STOP_DELAY_MS: String(options.stopDelayMs),
    TOKLIGENCE_DRAIN_MS: "60000",
    TOKLIGENCE_LOG_LEVEL: "warn",
  };
  const folders = [newFolder(), newFolder()];
  const [first, second] = [
    await replica(folders[0]?.path ?? "", config, env),
    await replica(folders[1]?.path ?? "", config, env),
  ];
  const key = (await first.daemon.ready).clientKey ?? "";
  await second.daemon.ready;
  const nginx = await startNginx(options.program, [first.address, second.address]);
  return {
    replicas: [first, second],
    nginx,
    provider,
    key,
    endStreams: () => {
      for (const end of streams) end();
    },
    async stop() {
      for (const end of streams) end();
      await nginx.stop();
      for (const { daemon } of [first, second]) daemon.child.kill("SIGKILL");
      await Promise.all([first.daemon.ended, second.daemon.ended]);
      await provider.stop();
      for (const folder of folders) folder.remove();
    },
  };
}

async function replica(folder: string, config: object, env: Record<string, string>): Promise<Replica> {
  mkdirSync(join(folder, "config"), { recursive: true });
  writeFileSync(join(folder, "config/gateway.json"), JSON.stringify(config));
  const port = await freePort();
  const run = (): Daemon => startDaemon(folder, ["--port", String(port)], env);
  const made: Replica = {
    address: `127.0.0.1:${port}`,
    daemon: run(),
    async start() {
      made.daemon = run();
      await made.daemon.ready;
    },
  };
  await made.daemon.ready;
  return made;
}

/** A short answer at once, or a stream with a piece every 20 ms. */
function answer({ body }: RawRequest, response: ServerResponse, streams: Set<() => void>): void {
  const { stream } = JSON.parse(body.toString()) as { stream?: boolean };
  if (!stream) {
    const message = { role: "assistant", content: "short" };
    const text = JSON.stringify({
      id: "x",
      model: "m",
      choices: [{ index: 0, message, finish_reason: "stop" }],
      usage: USAGE,
    });
    response.writeHead(200, { "content-type": "application/json" }).end(text);
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const say = (delta: object, more: object = {}): void =>
    void response.write(`data: ${JSON.stringify({ model: "m", choices: [{ index: 0, delta, ...more }] })}\n\n`);
  const timer = setInterval(() => say({ content: "word " }), 20);
  const end = (): void => {
    clearInterval(timer);
    streams.delete(end);
    if (response.destroyed) return;
    say({}, { finish_reason: "stop" });
    response.end(`data: ${JSON.stringify({ model: "m", choices: [], usage: USAGE })}\n\ndata: [DONE]\n\n`);
  };
  streams.add(end);
  response.once("close", () => {
    clearInterval(timer);
    streams.delete(end);
  });
}

export interface Asked {
  /** The project that stands on the record, and in the log of nginx. */
  tag: string;
  status: number;
  /** For a stream: it ended as it should. */
  isWhole: boolean;
}

/** Never throws: a connection that breaks is an answer, too. */
export async function ask({ nginx, key }: Team, tag: string, isStream: boolean): Promise<Asked> {
  const messages = [{ role: "user", content: `${tag} ${"x".repeat(3_000)}` }];
  try {
    const reply = await fetch(`${nginx.url}/p/${tag}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      body: JSON.stringify({
        model: "m",
        max_tokens: 10,
        messages,
        ...(isStream ? { stream: true, stream_options: { include_usage: true } } : {}),
      }),
    });
    const text = await reply.text().catch(() => "");
    return {
      tag,
      status: reply.status,
      isWhole: isStream ? text.endsWith("data: [DONE]\n\n") : text.includes("short"),
    };
  } catch {
    return { tag, status: 0, isWhole: false };
  }
}
