/** The desktop app with a tray, a real gateway in a folder of its own, and two providers between real sockets. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { createGateway } from "../../src-gateway/index.ts";
import { loadSettings } from "../../src-gateway/settings/load-settings.ts";
import { runDesktop } from "../../src-main/run-desktop.ts";
import type { UpdateFeed } from "../../src-main/updates/types.ts";
import { json, type RawProvider, startRawProvider } from "../support/raw-provider.ts";
import { createElectronStandIn, type ElectronStandIn, trayMenu } from "./electron-stand-in.ts";
import { findItem, type StandInItem } from "./menu-stand-in.ts";

const answer = (text: string) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
});
const chunk = (text: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: { content: text }, finish_reason: finish }] })}\n\n`;

export interface AppClient {
  url: string;
  key: string;
}

export interface AppWorld {
  folder: string;
  electron: ElectronStandIn;
  providers: Record<"one" | "two", RawProvider>;
  /** @returns a client's key and address, once the tray knows the providers. */
  start(options?: {
    args?: string[];
    platform?: NodeJS.Platform;
    config?: object;
    env?: NodeJS.ProcessEnv;
    openFeed?: () => Promise<UpdateFeed>;
  }): Promise<AppClient>;
  /** Of the menu; throws where there is none. */
  item(id: string): StandInItem;
  showsItem(id: string): Promise<void>;
  ask(client: AppClient, options?: { stream?: boolean; model?: string }): Promise<Response>;
  textOf(client: AppClient): Promise<unknown>;
  /** Lets provider one stream its answer by halves. */
  streamByHalves(): { finish(): void };
  stop(): Promise<void>;
}

export const shows = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 10_000 });

export async function createAppWorld(): Promise<AppWorld> {
  const folder = mkdtempSync(join(tmpdir(), "tokligence-tray-"));
  const providers = { one: await startRawProvider(), two: await startRawProvider() };
  providers.one.respond = json(answer("from one"));
  providers.two.respond = json(answer("from two"));
  const electron = createElectronStandIn({ userData: folder });
  const item = (id: string): StandInItem => findItem(trayMenu(electron.trays[0]), id);
  const showsItem = (id: string): Promise<void> => shows(() => void item(id));
  const ask: AppWorld["ask"] = ({ url, key }, { stream = false, model = "m" } = {}) =>
    fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      body: JSON.stringify({ model, stream, messages: [{ role: "user", content: "hello" }] }),
    });
  return {
    folder,
    electron,
    providers,
    item,
    showsItem,
    ask,
    async start({ args = [], platform = "linux", config = {}, env = {}, openFeed } = {}) {
      writeFileSync(join(folder, "gateway.yaml"), JSON.stringify({ ...configOf(providers), ...config }));
      const given = { TOKLIGENCE_LOG_LEVEL: "silent", ...env };
      const client = await run(electron, { folder, args, platform, env: given, openFeed: openFeed ?? null });
      await showsItem("use:two");
      return client;
    },
    async textOf(client) {
      const reply = (await (await ask(client)).json()) as { choices: { message: { content: string } }[] };
      return reply.choices[0]?.message.content;
    },
    streamByHalves() {
      const rest = Promise.withResolvers<void>();
      providers.one.respond = (_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(chunk("half"));
        void rest.promise.then(() => response.end(`${chunk(" of it", "stop")}data: [DONE]\n\n`));
      };
      return { finish: rest.resolve };
    },
    async stop() {
      if (!electron.willQuit()) await vi.waitUntil(() => electron.quits > 0, { timeout: 20_000 });
      await Promise.all([providers.one.stop(), providers.two.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const configOf = (providers: AppWorld["providers"]): object => ({
  default_provider: "one",
  routes: [
    {
      match: "safe",
      strategy: "fallback",
      targets: [
        { provider: "one", model: "m" },
        { provider: "two", model: "m" },
      ],
    },
  ],
  providers: Object.entries(providers).map(([id, { url }]) => ({
    id,
    kind: "openai-compatible",
    base_url: `${url}/v1`,
    models: ["m"],
  })),
});

async function run(
  electron: ElectronStandIn,
  {
    folder,
    args,
    platform,
    env,
    openFeed,
  }: {
    folder: string;
    args: string[];
    platform: NodeJS.Platform;
    env: NodeJS.ProcessEnv;
    openFeed: (() => Promise<UpdateFeed>) | null;
  },
): Promise<AppClient> {
  const started = Promise.withResolvers<AppClient>();
  runDesktop({
    electron: electron.parts,
    platform,
    args,
    preloadPath: "/app/preload.cjs",
    assetsDir: "/app/assets",
    configHome: join(folder, "config home"),
    program: "/opt/My App/tokligence-gateway",
    hasTray: () => Promise.resolve(true),
    openFeed,
    async createGateway(port) {
      const argv = { port: port ?? 0, dataDir: folder };
      const gateway = await createGateway(loadSettings({ env, argv, cwd: folder, homeDir: folder }), env, {
        isDesktop: true,
      });
      const begin = gateway.start;
      gateway.start = async () => {
        const info = await begin();
        started.resolve({ url: info.url, key: info.clientKey ?? "" });
        return info;
      };
      return gateway;
    },
  });
  electron.becomeReady();
  return started.promise;
}
