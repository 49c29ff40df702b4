/** A gateway in front of one raw provider that plays many, each below a path of its own; for what is handed through as it is. */
import { startTestGateway, type TestGateway } from "./gateway.ts";
import { type RawProvider, startRawProvider } from "./raw-provider.ts";

export interface SurfaceGateway extends TestGateway {
  provider: RawProvider;
  call(path: string, init?: { method?: string; headers?: Record<string, string>; body?: Buffer }): Promise<Response>;
  /** Where the last request arrived. */
  lastPath(): string | undefined;
}

export async function startSurfaceGateway(): Promise<SurfaceGateway> {
  const provider = await startRawProvider();
  const instance = (id: string, kind: string, path: string, extra: object = {}) => ({
    id,
    kind,
    base_url: provider.url + path,
    credential: "env:UPSTREAM_KEY",
    models: [],
    ...extra,
  });
  const gateway = await startTestGateway({
    env: { UPSTREAM_KEY: "sk-upstream-canary" },
    config: {
      providers: [
        instance("one", "openai-compatible", "/one/v1", { models: ["m", "whisper"] }),
        instance("two", "openai-compatible", "/two/v1", { models: ["n"], headers: { "x-team": "blue" } }),
        instance("claude", "anthropic-compatible", "/claude", { models: ["c"] }),
        instance("gem", "gemini", "/gem/v1beta", { protocols: ["gemini-content"], models: ["g"] }),
        instance("mine", "openai", "/mine/v1", { protocols: ["openai-chat"] }),
        instance("co", "cohere", "/co/compatibility/v1", { protocols: ["openai-chat"], models: ["rerank-v3.5"] }),
        instance("gone", "openai-compatible", "", { base_url: "http://127.0.0.1:1/v1", models: ["away"] }),
        instance("nokey", "openai-compatible", "", { credential: "env:NOT_SET" }),
        instance("health", "openai-compatible", "/health/v1"),
      ],
      aliases: { ears: "whisper" },
      routes: [
        {
          match: "either",
          strategy: "fallback",
          targets: [
            { provider: "gone", model: "away" },
            { provider: "two", model: "n" },
          ],
        },
      ],
    },
  });
  return {
    ...gateway,
    provider,
    call: (path, init = {}) =>
      fetch(gateway.url + path, {
        method: init.method ?? "GET",
        headers: { authorization: `Bearer ${gateway.key}`, ...init.headers },
        body: init.body ? new Uint8Array(init.body) : null,
      }),
    lastPath: () => provider.requests.at(-1)?.path,
    async stop() {
      await gateway.stop();
      await provider.stop();
    },
  };
}

export const errorOf = async (reply: Response): Promise<{ code: string; message: string }> =>
  ((await reply.json()) as { error: { code: string; message: string } }).error;
