import net from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import type { ScriptedProvider } from "../../fakes/scripted-provider/types.ts";
import { CALL_FORMS, type CallForm, call, readAll } from "./provider-calls.ts";

let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider();
});
afterEach(() => provider.reset());
afterAll(() => provider.stop());

const formNamed = (name: string): CallForm => {
  const form = CALL_FORMS.find((candidate) => candidate.name === name);
  if (!form) throw new Error(`There is no form called ${name}.`);
  return form;
};
const chat = formNamed("chat");

test("a chat stream that did not ask has no word about usage, one that did says null until the end", async () => {
  const plain = { ...chat, body: { model: "gpt-5.4", messages: [{ role: "user", content: "hello" }] } };
  const unasked = await readAll(await call(provider, plain, { stream: true }));
  expect(unasked.bytes.toString()).not.toContain("usage");
  expect(provider.requests[0]?.usageReported).toBeNull();
  const asked = await readAll(await call(provider, chat, { stream: true }));
  const frames = asked.bytes
    .toString()
    .split("\n\n")
    .filter((frame) => frame.startsWith("data: {"));
  const chunks = frames.map((frame) => JSON.parse(frame.slice("data: ".length)));
  expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null && chunk.choices.length === 1)).toBe(true);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: expect.any(Number) } });
});

test("Gemini's lines end in CRLF, and its array is one JSON document", async () => {
  const events = await readAll(await call(provider, formNamed("gemini"), { stream: true }));
  expect(events.bytes.toString().replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  const pieces = JSON.parse(
    (await readAll(await call(provider, formNamed("gemini as an array"), { stream: true }))).bytes.toString(),
  );
  expect(pieces.at(-1).candidates[0].finishReason).toBe("STOP");
});

test("steps are taken in order, one for each POST with a good key", async () => {
  provider.script({ text: "one" }, { text: "two" });
  await call(provider, chat, { headers: {} });
  await fetch(`${provider.baseUrl("openai-chat")}/models`, { headers: chat.headers(provider.key) });
  const texts = [];
  for (let index = 0; index < 3; index++) texts.push((await readAll(await call(provider, chat))).bytes.toString());
  expect(texts.map((text) => /"content":"([^ "]+)/.exec(text)?.[1])).toEqual(["one", "two", "You"]);
  expect(provider.requests).toHaveLength(5);
});

test("raw frames, raw bodies and bytes after the end are sent as they are", async () => {
  const frames = [Buffer.from("data: {oops\n\n"), Buffer.from([0xff, 0xfe])];
  provider.script(
    { frames },
    { status: 502, rawBody: Buffer.from("<html>"), contentType: "text/html" },
    { afterDone: ": bye\n\n" },
    { status: 201, body: { odd: true }, headers: { "x-odd": "1" } },
  );
  expect((await readAll(await call(provider, chat, { stream: true }))).bytes).toEqual(Buffer.concat(frames));
  const html = await call(provider, chat);
  expect([html.status, html.headers.get("content-type"), await html.text()]).toEqual([502, "text/html", "<html>"]);
  const late = await readAll(await call(provider, chat, { stream: true }));
  expect(late.bytes.toString().endsWith("data: [DONE]\n\n: bye\n\n")).toBe(true);
  const odd = await call(provider, chat);
  expect([odd.status, odd.headers.get("x-odd"), await odd.json()]).toEqual([201, "1", { odd: true }]);
});

test("requests are kept as they came, and can be waited for before they come", async () => {
  const coming = provider.waitForRequest((request) => request.query.get("beta") === "true");
  const messages = formNamed("messages");
  await call(provider, { ...messages, whole: `${messages.whole}?beta=true` });
  const request = await coming;
  expect(request).toMatchObject({ method: "POST", path: "/v1/messages", json: messages.body });
  expect(request.body.toString()).toBe(JSON.stringify(messages.body));
  expect(await provider.waitForRequest()).toBe(request);
});

test("a user message behind a tool's answer does not start the loop again", async () => {
  const tools = [{ type: "function", function: { name: "look", parameters: { type: "object" } } }];
  const messages = [
    { role: "user", content: "look" },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "a", type: "function", function: { name: "look", arguments: "{}" } }],
    },
    { role: "tool", tool_call_id: "a", content: "see below" },
    { role: "user", content: [{ type: "image_url", image_url: { url: "data:image/webp;base64,AA==" } }] },
  ];
  const { bytes } = await readAll(await call(provider, { ...chat, body: { model: "gpt-5.4", messages, tools } }));
  expect(bytes.toString()).toContain("The tool said “see below”. I see 1 image: 1 image/webp");
});

test("an unknown model, a missing header and an unknown path are refused as the vendors do", async () => {
  const messages = formNamed("messages");
  const unversioned = await call(provider, messages, { headers: { authorization: `Bearer ${provider.key}` } });
  expect([unversioned.status, await unversioned.json()]).toMatchObject([
    400,
    { error: { type: "invalid_request_error" } },
  ]);
  const unknown = await call(provider, { ...chat, body: { ...chat.body, model: "missing-model" } });
  expect([unknown.status, await unknown.json()]).toMatchObject([404, { error: { code: "model_not_found" } }]);
  expect((await call(provider, { ...chat, whole: "/nowhere" })).status).toBe(404);
});

test("steps that could not do what they say are refused", () => {
  expect(() => provider.script({ gateAt: 1 })).toThrow("both `gateAt` and `gate`");
  expect(() => provider.script({ cutAt: "in-character", text: "plain" })).toThrow("not only ASCII");
});

test("after the stop nothing is left open, not even what stood at a gate", async () => {
  const other = await startScriptedProvider({ key: "other" });
  other.script({ gateAt: "before-headers", gate: other.gate() });
  const reply = call(other, chat).catch((error: unknown) => error);
  await other.waitForRequest();
  expect(other.openSockets()).toBeGreaterThan(0);
  await other.stop();
  expect(await reply).toBeInstanceOf(Error);
  expect(other.openSockets()).toBe(0);
});

/** The sizes of the chunks in which the server wrote a chat stream. */
async function chunkSizes(): Promise<number[]> {
  const body = JSON.stringify({ ...chat.body, stream: true });
  const socket = net.connect(Number(new URL(provider.baseUrl("openai-chat")).port), "127.0.0.1");
  const auth = `authorization: Bearer ${provider.key}\r\nconnection: close`;
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: provider\r\n${auth}\r\n`);
  socket.write(`content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  const received: Buffer[] = [];
  for await (const chunk of socket) received.push(chunk as Buffer);
  let rest = Buffer.concat(received);
  rest = rest.subarray(rest.indexOf("\r\n\r\n") + 4);
  const sizes: number[] = [];
  for (;;) {
    const lineEnd = rest.indexOf("\r\n");
    const size = Number.parseInt(rest.subarray(0, lineEnd).toString(), 16);
    if (!(size > 0)) return sizes;
    sizes.push(size);
    rest = rest.subarray(lineEnd + 2 + size + 2);
  }
}

test("a stream is written frame by frame, byte by byte, or at once", async () => {
  provider.script({}, { chunking: "byte" }, { chunking: "whole" });
  const [frames, bytes, whole] = [await chunkSizes(), await chunkSizes(), await chunkSizes()];
  const total = whole[0] ?? 0;
  expect(whole).toHaveLength(1);
  expect(bytes).toEqual(Array.from({ length: total }, () => 1));
  expect(frames.length).toBeGreaterThan(5);
  expect(frames.reduce((sum, size) => sum + size, 0)).toBe(total);
});

test("a stream keeps its pace", async () => {
  provider.script({ text: "one two three four five six", intervalMs: 20 });
  const start = performance.now();
  const { bytes } = await readAll(await call(provider, chat, { stream: true }));
  const pauses = bytes.toString().split("\n\n").length - 2;
  // A timer may fire a millisecond early.
  expect(performance.now() - start).toBeGreaterThan(pauses * 19);
});
