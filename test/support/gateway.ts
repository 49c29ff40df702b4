/** A whole gateway in this process: real sockets, a real database in a folder of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExchangeView } from "../../src-gateway/admin-api/contract/schemas.ts";
import { createGateway, type GatewayInfo } from "../../src-gateway/index.ts";
import { loadSettings } from "../../src-gateway/settings/load-settings.ts";

export interface TestGateway extends GatewayInfo {
  key: string;
  /** The folder with gateway.yaml, for tests that change it. */
  configFile: string;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Recorded exchanges, newest first, once `count` of those that are wanted are closed. */
  exchanges(count: number, isWanted?: (exchange: ExchangeView) => boolean): Promise<ExchangeView[]>;
  /** The closed record of the exchange behind an answer. */
  recordOf(reply: Pick<Response, "headers">): Promise<ExchangeView>;
  stop(): Promise<void>;
}

export async function startTestGateway(
  options: { config?: string | object; env?: Record<string, string>; ledgerUrl?: string; dataDir?: string } = {},
): Promise<TestGateway> {
  const folder = options.dataDir ?? mkdtempSync(join(tmpdir(), "tokligence-test-"));
  const configFile = join(folder, "gateway.yaml");
  if (options.config !== undefined) {
    writeFileSync(configFile, typeof options.config === "string" ? options.config : JSON.stringify(options.config));
  }
  const env = {
    TOKLIGENCE_LOG_LEVEL: "silent",
    ...(options.ledgerUrl ? { TOKLIGENCE_LEDGER_PATH: options.ledgerUrl } : {}),
    ...options.env,
  };
  const settings = loadSettings({ env, argv: { port: 0, dataDir: folder }, cwd: folder, homeDir: folder });
  const gateway = await createGateway(settings, env);
  const info = await gateway.start();
  const key = info.clientKey ?? "";
  const post: TestGateway["post"] = (path, body, headers = {}) =>
    fetch(info.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}`, ...headers },
      body: typeof body === "string" || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
    });
  return {
    ...info,
    key,
    configFile,
    post,
    async exchanges(count, isWanted = () => true) {
      for (;;) {
        const reply = await fetch(`${info.url}/api/v1/exchanges?limit=1000`, {
          headers: { authorization: `Bearer ${key}` },
        });
        const list = ((await reply.json()) as ExchangeView[]).filter(
          (exchange) => exchange.outcome !== "open" && isWanted(exchange),
        );
        if (list.length >= count) return list;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    async recordOf(reply) {
      const requestId = reply.headers.get("x-request-id") ?? "";
      for (;;) {
        const found = await fetch(`${info.url}/api/v1/exchanges/${requestId}`, {
          headers: { authorization: `Bearer ${key}` },
        });
        if (found.status !== 200 && found.status !== 404)
          throw new Error(`asking for ${requestId} gave ${found.status}`);
        const record = (await found.json()) as ExchangeView;
        if (found.status === 200 && record.outcome !== "open") return record;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    async stop() {
      await gateway.stop();
      if (options.dataDir === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
