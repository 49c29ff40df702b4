import http, { type ServerResponse } from "node:http";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { asAsked, chat, ending, opening, piece, useFailureWorld } from "../../support/failure-world.ts";
import { json, stream } from "../../support/raw-provider.ts";

const world = useFailureWorld(40);

/** All that came over the wire, also before a break: `fetch` forgets what its reader had not taken by then. */
function streamOf(path: string, body: object): Promise<{ text: string; isWhole: boolean; headers: Headers }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${world.gateway.key}` };
    const request = http.request(world.gateway.url + path, { method: "POST", headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (arrived: string) => {
        text += arrived;
      });
      response
        .on("error", () => {})
        .on("close", () => {
          const requestId = String(response.headers["x-request-id"]);
          resolve({ text, isWhole: response.complete, headers: new Headers({ "x-request-id": requestId }) });
        });
    });
    request.on("error", reject).end(JSON.stringify(body));
  });
}

describe("a stream that breaks after content", () => {
  it.each([
    [
      "is cut",
      (_request: unknown, response: ServerResponse) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(opening + piece("half"), () => response.socket?.destroy());
      },
    ],
    ["ends without its last event", stream(opening, piece("half"))],
    [
      "falls silent",
      (_request: unknown, response: ServerResponse) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(opening + piece("half"));
      },
    ],
  ])("is broken off for the caller when it %s", async (_name, fault) => {
    world.first.respond = fault;
    const { text, isWhole, headers } = await streamOf("/v1/chat/completions", chat("both", { stream: true }));
    expect(isWhole).toBe(false);
    // On a busy machine a sign of life comes before it.
    expect(text.replace(/^\n+/, "").startsWith(asAsked(opening + piece("half")))).toBe(true);
    expect(text).not.toContain("[DONE]");
    expect(await world.gateway.recordOf({ headers })).toMatchObject({
      outcome: "failed_midstream",
      provider: "first",
      status: 200,
    });
    expect(world.second.requests).toHaveLength(0);
  });

  it("ends with an error event for Gemini's clients, who would take a broken connection for final", async () => {
    world.first.respond = stream('data: {"candidates":[{"content":{"parts":[{"text":"half"}]}}]}\r\n\r\n');
    const reply = await world.gateway.post("/v1beta/models/g:streamGenerateContent?alt=sse", { contents: [] });
    const text = await reply.text();
    expect(text).toMatch(/half[\s\S]*"error":\{"code":502/);
    expect(await world.gateway.recordOf(reply)).toMatchObject({ outcome: "failed_midstream" });
  });

  it("passes an error event of the provider on as it is", async () => {
    const error = 'data: {"error":{"message":"late overload"}}\n\n';
    world.first.respond = stream(opening, piece("half"), error);
    const reply = await world.gateway.post("/v1/chat/completions", chat("m", { stream: true }));
    expect((await reply.text()).replace(/^\n+/, "")).toBe(opening + piece("half") + error);
    expect(await world.gateway.recordOf(reply)).toMatchObject({
      outcome: "failed_midstream",
      errorCode: "provider_error",
      usageSource: "none",
    });
  });
});

describe("a silent provider", () => {
  const SILENT: [name: string, path: string, body: object, sign: RegExp][] = [
    ["chat", "/v1/chat/completions", chat("m", { stream: true }), /"delta":\{\}/],
    ["responses", "/v1/responses", { model: "r", input: "x", stream: true }, /event: keepalive/],
    ["messages", "/v1/messages", { ...chat("c"), max_tokens: 5, stream: true }, /event: ping/],
    ["gemini", "/v1beta/models/g:streamGenerateContent?alt=sse", { contents: [] }, /"text":""/],
  ];
  const HALVES: Record<string, [string, string]> = {
    chat: [opening + piece("a"), ending],
    responses: [
      'event: response.created\ndata: {"type":"response.created","response":{}}\n\nevent: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"a"}\n\n',
      'event: response.completed\ndata: {"type":"response.completed","response":{"status":"completed"}}\n\n',
    ],
    messages: [
      'event: message_start\ndata: {"type":"message_start","message":{}}\n\nevent: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n',
      'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    ],
    gemini: [
      'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\n\n',
      'data: {"candidates":[{"finishReason":"STOP"}]}\n\n',
    ],
  };
  it.each(
    SILENT,
  )("does not leave a client of %s without a sign of life, and adds nothing else", async (name, path, body, sign) => {
    const [start, end] = HALVES[name] ?? ["", ""];
    let goOn = (): void => {};
    world.first.respond = (_request, response) => {
      goOn = () => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(start);
        goOn = () => response.end(end);
      };
    };
    const reply = await world.gateway.post(path, body);
    expect(reply.headers.get("content-type")).toContain("text/event-stream");
    let text = "";
    let stage = 0;
    for await (const chunk of reply.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      // First sign before any answer, then one in the middle of it.
      if (stage === 0) {
        stage = 1;
        goOn();
      } else if (stage === 1 && text.includes(start) && sign.test(text.slice(text.indexOf(start) + start.length))) {
        stage = 2;
        goOn();
      }
    }
    expect(stage).toBe(2);
    expect(text.indexOf(start)).toBeGreaterThan(0);
    expect(text.endsWith(end)).toBe(true);
    expect(await world.gateway.recordOf(reply)).toMatchObject({ outcome: "completed" });
  });

  it("is still replaced by the next target after a sign of life has gone out", async () => {
    world.first.respond = (_request, response) =>
      void signOfLife.then(() => json({ error: { message: "busy" } }, 503)(_request, response));
    let tell = (): void => {};
    const signOfLife = new Promise<void>((resolve) => {
      tell = resolve;
    });
    world.second.respond = stream(opening, piece("second"), ending);
    const openai = new OpenAI({ baseURL: `${world.gateway.url}/v1`, apiKey: world.gateway.key, maxRetries: 0 });
    const running = openai.chat.completions.stream({ model: "both", messages: [{ role: "user", content: "x" }] });
    await world.first.next().catch(() => {});
    setTimeout(tell, 100);
    expect(await running.finalContent()).toBe("second");
  });
});
