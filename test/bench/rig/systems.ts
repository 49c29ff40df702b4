/** The programs that are measured, each between the same load and the same provider. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findNginx, freePort } from "../../support/nginx.ts";
import { type Program, startProgram } from "./processes.ts";
import type { AnswerMode, RequestKind, Wire } from "./requests.ts";

/** What the provider wants to see, and no client knows. */
export const PROVIDER_SECRET = "provider-secret-0123456789";

export interface System {
  name: string;
  port: number;
  /** Null for the direct path, where there is nothing between. */
  pid: number | null;
  /** Of what is part of it besides. */
  morePids?: readonly number[];
  /** Stands before the names of models where the system wants its own name for the provider there. */
  modelPrefix?: string;
  headers(kind: RequestKind): Record<string, string>;
  stop(): Promise<void>;
}

const MODES: readonly AnswerMode[] = ["plain", "burst", "one", "paced", "held"];

/** How the models are called that are answered on this wire, and no other, before the mode. */
export const PAIR_MODELS: Readonly<Record<Wire, string>> = {
  chat: "chat-mock",
  messages: "messages-mock",
  responses: "responses-mock",
  gemini: "gemini-mock",
};

export interface Place {
  providerPort: number;
  /** Programs may write here; it is removed afterwards. */
  folder: string;
}

const root = join(import.meta.dirname, "../../..");
/** Another build can be named, to measure one beside the other. */
export const builtGateway = process.env["BENCH_GATEWAY"] ?? join(root, "dist/node/gatewayd.cjs");
const providerKey = ({ wire }: RequestKind): Record<string, string> =>
  wire === "messages" ? { "x-api-key": PROVIDER_SECRET } : { authorization: `Bearer ${PROVIDER_SECRET}` };
const clientKey =
  (key: string) =>
  ({ wire }: RequestKind): Record<string, string> =>
    wire === "messages" ? { "x-api-key": key } : { authorization: `Bearer ${key}` };

export async function startProvider(program: string, answers: string): Promise<Program & { port: number }> {
  const started = await startProgram(program, [answers, PROVIDER_SECRET], { ready: /^(\d+)\n/ });
  return { ...started, port: Number(started.said[1]) };
}

export const direct = ({ providerPort }: Place): System => ({
  name: "direct",
  port: providerPort,
  pid: null,
  headers: providerKey,
  stop: async () => {},
});

/** @param kind a file of proxies/. */
export async function startProxy(
  kind: "http-agent" | "http-undici",
  place: Place,
  launcher: readonly string[] = [],
): Promise<System> {
  const script = join(import.meta.dirname, `../proxies/${kind}.ts`);
  const args = [script, String(place.providerPort), PROVIDER_SECRET];
  const program = await startNode(args, { ready: /ready (\d+)\n/, cwd: root }, launcher);
  const name = kind === "http-agent" ? "node:http + Agent" : "node:http + undici";
  return { name, port: Number(program.said[1]), pid: program.pid, headers: clientKey("client"), stop: program.stop };
}

/** Null on a machine without it. */
export async function startNginxProxy({ providerPort, folder }: Place): Promise<System | null> {
  const nginx = findNginx();
  if (nginx === null) return null;
  const home = mkdtempSync(join(folder, "nginx-"));
  const port = await freePort();
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((each) => `${each}_temp_path ${home}/${each};`);
  writeFileSync(
    join(home, "nginx.conf"),
    `${process.getuid?.() === 0 ? "user root;\n" : ""}daemon off;\nmaster_process off;\npid ${home}/pid;
error_log stderr notice;\nevents { worker_connections 16384; }\nworker_rlimit_nofile 40000;
http {\n${temp.join("\n")}\naccess_log off;\nkeepalive_requests 100000000;\nclient_max_body_size 64m;\nclient_body_buffer_size 1m;
upstream provider { server 127.0.0.1:${providerPort}; keepalive 1024; keepalive_requests 100000000; }
server { listen 127.0.0.1:${port};
location / { proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
proxy_set_header Authorization "Bearer ${PROVIDER_SECRET}"; } } }\n`,
  );
  const args = ["-p", home, "-c", join(home, "nginx.conf")];
  const { pid, stop } = await startProgram(nginx, args, { ready: /using the "epoll"/ });
  return { name: "nginx", port, pid, headers: clientKey("client"), stop };
}

/** @param launcher the program that starts it, and what that wants before. */
function startNode(
  args: readonly string[],
  options: Parameters<typeof startProgram>[2],
  launcher: readonly string[] = [],
): Promise<Program> {
  const [command = process.execPath, ...rest] = [...launcher, process.execPath, ...args];
  return startProgram(command, rest, options);
}

export interface GatewayOptions {
  name?: string;
  /** The built entry; another build of it can be measured beside. */
  script?: string;
  env?: Record<string, string>;
  args?: string[];
  /** Of the provider that is called `mock`. */
  models?: readonly string[];
  /** Routes in the words of gateway.yaml. */
  routes?: unknown[];
  /** More providers, after the mock one. */
  providers?: unknown[];
  nodeArgs?: readonly string[];
  /** The program that starts it, and what that wants before. */
  launcher?: readonly string[];
  /** The folder of a gateway that ran before, and its key. */
  home?: string;
  key?: string;
  /** The folder outlives the gateway. */
  keepsHome?: boolean;
}

/**
 * As people run it: with a key, the ledger, the request log's metadata, metrics and the access log, which goes to a file.
 * Each wire has a provider of its own, so that a request names its target by the beginning of its model.
 */
export async function startGateway(
  place: Place,
  options: GatewayOptions = {},
): Promise<System & { home: string; key: string }> {
  const home = options.home ?? mkdtempSync(join(place.folder, "gateway-"));
  mkdirSync(join(home, "config"), { recursive: true });
  const base = `http://127.0.0.1:${place.providerPort}`;
  const provider = (id: string, kind: string, wire: Wire, protocol: string, path: string): object => ({
    id,
    kind,
    base_url: base + path,
    credential: "env:BENCH_PROVIDER_KEY",
    protocols: [protocol],
    models: MODES.map((mode) => `${PAIR_MODELS[wire]}-${mode}`),
  });
  const config = {
    providers: [
      {
        id: "mock",
        kind: "openai-compatible",
        base_url: `${base}/v1`,
        credential: "env:BENCH_PROVIDER_KEY",
        models: options.models ?? MODES.map((mode) => `mock-${mode}`),
      },
      provider("mock-chat", "openai", "chat", "openai-chat", "/v1"),
      provider("mock-messages", "anthropic", "messages", "anthropic-messages", "/v1"),
      provider("mock-responses", "openai", "responses", "openai-responses", "/v1"),
      provider("mock-gemini", "gemini", "gemini", "gemini-content", "/v1beta"),
      ...(options.providers ?? []),
    ],
    routes: options.routes ?? [],
  };
  writeFileSync(join(home, "config", "gateway.yaml"), JSON.stringify(config));
  const env = {
    BENCH_PROVIDER_KEY: PROVIDER_SECRET,
    TOKLIGENCE_LOG_FILE: join(home, "gateway.log"),
    TOKLIGENCE_UPDATE_CHECK_ENABLED: "false",
    ...options.env,
  };
  const args = [
    ...(options.nodeArgs ?? []),
    options.script ?? builtGateway,
    "--port",
    "0",
    "--data-dir",
    join(home, "data"),
    ...(options.args ?? []),
  ];
  const program = await startNode(args, { ready: /^ready (\{.*\})$/m, env, cwd: home }, options.launcher);
  const said = JSON.parse(program.said[1] ?? "{}") as { url: string; clientKey?: string };
  const key = options.key ?? said.clientKey ?? "";
  return {
    name: options.name ?? "gateway",
    port: Number(new URL(said.url).port),
    pid: program.pid,
    headers: clientKey(key),
    home,
    key,
    stop: async () => {
      await program.stop();
      if (options.keepsHome !== true) rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Those that requests and streams alike are measured through: bare proxies, nginx, the gateway, and nothing between. */
export const startUsualSystems = (place: Place): Promise<System | null>[] => [
  startProxy("http-agent", place),
  startProxy("http-undici", place),
  startNginxProxy(place),
  startGateway(place),
  Promise.resolve(direct(place)),
];
