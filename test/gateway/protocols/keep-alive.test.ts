import http from "node:http";
import type { AddressInfo } from "node:net";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { createSseSplitter } from "../../../src-gateway/protocols/sse/splitter.ts";
import { WIRES } from "../../../src-gateway/protocols/wires.ts";
import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import type { ScriptedProvider } from "../../fakes/scripted-provider/types.ts";

/** Stands before the scripted provider and puts a keep-alive in front of, between and behind all of its frames. */
function startNoisyProxy(target: () => string): http.Server {
  return http.createServer((request, response) => {
    const wire: WireProtocol = request.url?.includes("/messages")
      ? "anthropic-messages"
      : request.url?.includes("/responses")
        ? "openai-responses"
        : request.url?.includes("Content")
          ? "gemini-content"
          : "openai-chat";
    const { headers, method, url } = request;
    const upstream = http.request(target() + (url ?? ""), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, { "content-type": answer.headers["content-type"] ?? "" });
      const splitter = createSseSplitter();
      const alive = (started: boolean) => WIRES[wire].keepAlive({ started, model: "m", framing: "sse" });
      response.write(alive(false));
      let isFirst = true;
      answer.on("data", (chunk: Buffer) => {
        for (const frame of splitter.push(chunk)) {
          if (!isFirst) response.write(alive(true));
          isFirst = false;
          response.write(frame.raw);
        }
      });
      answer.on("end", () => {
        response.end(splitter.rest());
      });
    });
    request.pipe(upstream);
  });
}

let provider: ScriptedProvider;
let proxy: http.Server;
let url = "";
beforeAll(async () => {
  provider = await startScriptedProvider();
  proxy = startNoisyProxy(() => new URL(provider.baseUrl("openai-chat")).origin);
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await provider.stop();
});

const TEXT = "A few words 😀 with keep-alives between them.";
const TOOL = { type: "object" as const, properties: { city: { type: "string" } }, required: ["city"] };

describe("keep-alives at every place of a stream do not disturb", () => {
  it("OpenAI's chat helper, in text and in tool calls", async () => {
    const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: provider.key, maxRetries: 0 });
    const messages = [{ role: "user" as const, content: "x" }];
    provider.script({ text: TEXT });
    const stream = openai.chat.completions.stream({
      model: "gpt-5.4",
      messages,
      stream_options: { include_usage: true },
    });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe(TEXT);
    expect(final.usage?.completion_tokens).toBeGreaterThan(0);
    const tools = await openai.chat.completions
      .stream({
        model: "gpt-5.4",
        messages,
        tools: [{ type: "function", function: { name: "weather", parameters: TOOL } }],
      })
      .finalChatCompletion();
    const call = tools.choices[0]?.message.tool_calls?.find((each) => each.type === "function");
    expect(JSON.parse(call?.function.arguments ?? "")).toHaveProperty("city");
  });

  it("OpenAI's responses helper", async () => {
    const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: provider.key, maxRetries: 0 });
    provider.script({ text: TEXT });
    const final = await openai.responses.stream({ model: "gpt-5.4", input: "x" }).finalResponse();
    expect(final.output_text).toBe(TEXT);
  });

  it("Anthropic's messages helper", async () => {
    const anthropic = new Anthropic({ baseURL: url, apiKey: provider.key, maxRetries: 0 });
    provider.script({ text: TEXT });
    const final = await anthropic.messages
      .stream({ model: "claude-opus-4-8", max_tokens: 100, messages: [{ role: "user", content: "x" }] })
      .finalMessage();
    expect(final.content).toMatchObject([{ type: "text", text: TEXT }]);
    expect(final.stop_reason).toBe("end_turn");
  });

  it("Google's content stream", async () => {
    const google = new GoogleGenAI({ apiKey: provider.key, httpOptions: { baseUrl: url } });
    provider.script({ text: TEXT });
    let text = "";
    for await (const piece of await google.models.generateContentStream({ model: "gemini-3-pro", contents: "x" }))
      text += piece.text ?? "";
    expect(text).toBe(TEXT);
  });
});
