/** Memory of large bodies is used again at once: nobody may see what another has sent, and nobody may miss what is his. */
import { randomBytes } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { until } from "../../support/until.ts";

let provider: RawProvider;
let quiet: TestGateway;
/** Its log holds bodies for longer than their exchanges last. */
let logging: TestGateway;

const answer = (content: string): string =>
  JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });

beforeAll(async () => {
  provider = await startRawProvider();
  const instance = (id: string, models: string[]) => ({
    id,
    kind: "openai-compatible",
    base_url: `${provider.url}/${id}/v1`,
    protocols: ["openai-chat"],
    models,
  });
  const start = (bodies: string): Promise<TestGateway> =>
    startTestGateway({
      env: { TOKLIGENCE_LOG_BODIES: bodies, TOKLIGENCE_RETRY_BASE_MS: "1" },
      config: {
        providers: [instance("good", ["m"]), instance("failing", ["f"])],
        routes: [{ match: "failover", targets: ["failing/f", "good/m"] }],
      },
    });
  quiet = await start("metadata");
  logging = await start("full");
});
afterAll(async () => {
  await quiet.stop();
  await logging.stop();
  await provider.stop();
});

const sizes = [20_000, 65_000, 140_000, 500_000, 1_500_000];

describe.each([
  ["plain calls", "/v1/chat/completions", "m"],
  ["calls that are sent to a second provider", "/v1/chat/completions", "failover"],
  ["translated calls", "/v1/messages", "m"],
])("large bodies of %s", (_what, path, model) => {
  it("reach the provider and the log as they were sent, many at once and one after the other", async () => {
    provider.respond = (request, response) => {
      const isFailing = request.path.startsWith("/failing/");
      const said = /"content":"([0-9a-f]+)"/.exec(request.body.toString("latin1"))?.[1] ?? "";
      const text = isFailing
        ? '{"error":{"message":"not now"}}'
        : answer(`${said.slice(0, 8)}-${said.length}-${said.slice(-8)}`);
      response.writeHead(isFailing ? 503 : 200, { "content-type": "application/json" }).end(text);
    };
    const ask = async (bytes: number): Promise<void> => {
      const content = randomBytes(bytes / 2).toString("hex");
      const said = `"${content.slice(0, 8)}-${content.length}-${content.slice(-8)}"`;
      const body = JSON.stringify({ model, max_tokens: 5, messages: [{ role: "user", content }] });
      expect(await (await quiet.post(path, body)).text()).toContain(said);
      const reply = await logging.post(path, body);
      expect(await reply.text()).toContain(said);
      const kept = await requestOf(reply);
      expect(kept === body).toBe(true);
    };
    for (let round = 0; round < 2; round++) await Promise.all(sizes.map(ask));
  });
});

/** As the request log has it. */
async function requestOf(reply: Response): Promise<string> {
  for (;;) {
    const found = await fetch(`${logging.url}/api/v1/exchanges/${reply.headers.get("x-request-id")}/request`, {
      headers: { authorization: `Bearer ${logging.key}` },
    });
    const text = await found.text();
    if (found.status !== 404) return text;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("a provider that answers before it has read the body", () => {
  it("sees nothing but that body, however late it reads the rest", async () => {
    const sockets: Socket[] = [];
    const hasty = createServer({ pauseOnConnect: true }, (socket) => {
      socket.on("error", () => {});
      sockets.push(socket);
      const text = answer("at once");
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
      );
    });
    await new Promise<void>((resolve) => hasty.listen(0, "127.0.0.1", resolve));
    const { port } = hasty.address() as { port: number };
    const own = await startTestGateway({
      config: {
        providers: [
          {
            id: "hasty",
            kind: "openai-compatible",
            base_url: `http://127.0.0.1:${port}/v1`,
            protocols: ["openai-chat"],
            models: ["h"],
          },
        ],
      },
    });
    const say = (letter: string) =>
      own.post("/v1/chat/completions", {
        model: "h",
        messages: [{ role: "user", content: letter.repeat(12_000_000) }],
      });
    for (const letter of "abcd") {
      const reply = await say(letter);
      // An answer to a question that is not written yet is not believed, and a broken connection is told.
      expect([200, 502]).toContain(reply.status);
      await reply.text();
    }
    let closed = 0;
    const letters = sockets.map((socket) => {
      const seen = new Set<string>();
      let isBehindHead = false;
      socket.on("data", (chunk: Buffer) => {
        let text = chunk.toString("latin1");
        if (!isBehindHead) {
          isBehindHead = true;
          text = text.slice(text.indexOf('"content":"') + 11);
        }
        for (const letter of text) seen.add(letter);
      });
      socket.on("close", () => closed++);
      socket.resume();
      return seen;
    });
    await own.stop();
    await until(() => closed === sockets.length);
    for (const seen of letters) {
      const heard = [...seen].filter((letter) => "abcd".includes(letter));
      expect(heard.length).toBeLessThanOrEqual(1);
    }
    expect(sockets.length).toBeGreaterThan(0);
    await new Promise((resolve) => hasty.close(resolve));
  });
});
