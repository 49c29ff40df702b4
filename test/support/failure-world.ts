/** A gateway with providers that a test lets fail. */
import { afterAll, beforeAll, beforeEach } from "vitest";
import { startTestGateway, type TestGateway } from "./gateway.ts";
import { type RawProvider, startRawProvider } from "./raw-provider.ts";

export interface FailureWorld {
  first: RawProvider;
  second: RawProvider;
  gateway: TestGateway;
}

/**
 * The same for all tests of a file; what the gateway has learned of its providers is forgotten between them.
 * @param keepAliveMs after so long a client that waits for a stream is given its headers.
 */
export function useFailureWorld(keepAliveMs = 15_000): FailureWorld {
  const world = {} as FailureWorld;
  beforeAll(async () => {
    world.first = await startRawProvider();
    world.second = await startRawProvider();
    world.gateway = await startTestGateway({
      env: {
        TOKLIGENCE_KEEP_ALIVE_MS: String(keepAliveMs),
        TOKLIGENCE_IDLE_TIMEOUT_MS: "1500",
        FIRST_KEY: "sk-first-canary",
        TOKLIGENCE_MAX_BODY_BYTES: "200000",
      },
      config: {
        providers: [
          {
            id: "first",
            kind: "openai-compatible",
            base_url: `${world.first.url}/v1`,
            credential: "env:FIRST_KEY",
            models: ["m"],
          },
          { id: "second", kind: "openai-compatible", base_url: `${world.second.url}/v1`, models: ["m2"] },
          { id: "claude", kind: "anthropic-compatible", base_url: world.first.url, models: ["c"] },
          {
            id: "responses",
            kind: "openai-compatible",
            base_url: `${world.first.url}/v1`,
            protocols: ["responses"],
            models: ["r"],
          },
          {
            id: "gem",
            kind: "gemini",
            base_url: `${world.first.url}/v1beta`,
            protocols: ["gemini"],
            credential: "env:FIRST_KEY",
            models: ["g"],
          },
          {
            id: "nokey",
            kind: "openai-compatible",
            base_url: world.first.url,
            credential: "env:NOT_SET",
            models: ["n"],
          },
          { id: "gone", kind: "openai-compatible", base_url: "http://127.0.0.1:1/v1", models: ["gone"] },
        ],
        routes: [
          {
            match: "both",
            strategy: "fallback",
            targets: [
              { provider: "first", model: "m" },
              { provider: "second", model: "m2" },
            ],
          },
        ],
      },
    });
  });
  afterAll(async () => {
    await world.gateway.stop();
    await world.first.stop();
    await world.second.stop();
  });
  beforeEach(async () => {
    conversations++;
    world.first.requests.length = 0;
    world.second.requests.length = 0;
    await world.gateway.post("/api/v1/health/reset", {});
  });
  return world;
}

let conversations = 0;
/** Each test holds a conversation of its own: one that was answered by the second provider would stay there. */
export const chat = (model: string, extra: object = {}): object => ({
  model,
  messages: [{ role: "user", content: `x${conversations}` }],
  ...extra,
});
/** The route sends the model on under another name, and the caller reads its own. */
export const asAsked = (frames: string): string => frames.replaceAll('"model":"m"', '"model":"both"');
export const piece = (content: string) =>
  `data: ${JSON.stringify({ model: "m", choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
export const opening = `data: ${JSON.stringify({ model: "m", choices: [{ index: 0, delta: { role: "assistant", content: "" } }] })}\n\n`;
export const ending =
  'data: {"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
