import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { createSocketReply } from "../../../../src-gateway/server/responses-socket/socket-reply.ts";

const STREAM = { "content-type": "text/event-stream; charset=utf-8" };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Both ends of a connection. */
async function connect() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  await new Promise((resolve) => server.once("listening", resolve));
  const accepted = new Promise<WebSocket>((resolve) => server.once("connection", resolve));
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const messages: string[] = [];
  client.on("message", (data) => messages.push((data as Buffer).toString()));
  await new Promise((resolve) => client.once("open", resolve));
  const socket = await accepted;
  closing.push(() => {
    client.terminate();
    socket.terminate();
    server.close();
  });
  return { socket, client, messages };
}

const open = async (options: { lane?: string; stallMs?: number } = {}) => {
  const ends = await connect();
  const reply = createSocketReply(ends.socket, { lane: options.lane ?? null, stallMs: options.stallMs ?? 60_000 });
  return { ...ends, reply };
};

const event = (fields: object): string => `event: x\ndata: ${JSON.stringify(fields)}\n\n`;

describe("an answer over a WebSocket", () => {
  it("is one message for each event, however the bytes come, and nothing for what is none", async () => {
    const { reply, messages } = await open();
    reply.start(200, STREAM);
    const bytes = Buffer.from(
      `: ping\n\n${event({ type: "a", text: "ä\n🙂" })}\n${event({ type: "b" })}data: [DONE]\n\n`,
    );
    for (const byte of bytes) reply.write(Buffer.from([byte]));
    reply.end();
    expect(await reply.finished()).toBe(true);
    await expect
      .poll(() => messages.map((text) => JSON.parse(text) as unknown))
      .toEqual([{ type: "a", text: "ä\n🙂" }, { type: "b" }]);
    expect(reply.bytesOut).toBe(messages.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  });

  it("names its lane", async () => {
    const { reply, messages } = await open({ lane: 'a"b' });
    reply.start(200, STREAM);
    reply.end(Buffer.from(`${event({ type: "a", deep: { x: "}" } })}data: {}\n\n`));
    await reply.finished();
    await expect
      .poll(() => messages.map((text) => JSON.parse(text) as unknown))
      .toEqual([{ type: "a", deep: { x: "}" }, stream_id: 'a"b' }, { stream_id: 'a"b' }]);
  });

  it("is remembered by the items that were sent, where the last event lists none", async () => {
    const { reply } = await open();
    reply.start(200, STREAM);
    const item = { type: "message", id: "msg_1" };
    const done = event({ type: "response.output_item.done", item });
    const last = (output: object[]): Buffer =>
      Buffer.from(done + event({ type: "response.completed", response: { id: "resp_1", output } }));
    expect(reply.answer()).toBeNull();
    reply.end(last([]));
    expect(reply.answer()).toEqual({ id: "resp_1", items: JSON.stringify(item) });
    const listed = await open();
    listed.reply.start(200, STREAM);
    listed.reply.end(last([item, item]));
    expect(listed.reply.answer()?.items).toBe(`${JSON.stringify(item)},${JSON.stringify(item)}`);
  });

  it("that is no stream is an error, whatever it is", async () => {
    const { socket, messages } = await open();
    const send = (status: number, headers: Record<string, string>, body: string): void => {
      const reply = createSocketReply(socket, { lane: null, stallMs: 1_000 });
      reply.start(status, headers);
      reply.end(Buffer.from(body));
    };
    send(400, {}, '{"error":{"code":"bad","message":"m"}}');
    send(429, { "retry-after": "3" }, '{"error":{"code":"slow"}}');
    send(500, {}, "<html>");
    send(200, { "content-type": "application/json" }, '{"object":"response"}');
    await expect
      .poll(() => messages.map((text) => JSON.parse(text) as unknown))
      .toMatchObject([
        { type: "error", status: 400, error: { code: "bad", message: "m" } },
        { type: "error", status: 429, error: { code: "slow", headers: { "retry-after": "3" } } },
        { type: "error", status: 500, error: { code: "provider_error" } },
        { type: "error", status: 200, error: { code: "provider_error" } },
      ]);
  });

  it("is held back while its client does not read, and goes on when it does", async () => {
    const { reply, client, messages } = await open();
    reply.start(200, STREAM);
    client.pause();
    const frame = Buffer.from(event({ type: "a", text: "x".repeat(100_000) }));
    let sent = 1;
    while (reply.write(frame)) sent++;
    const caughtUp = new Promise<void>((resolve) => {
      reply.onDrain = resolve;
    });
    expect(messages).toEqual([]);
    client.resume();
    await caughtUp;
    reply.end();
    expect(await reply.finished()).toBe(true);
    await expect.poll(() => messages.length).toBe(sent);
  });

  it("gives up a client that takes nothing any more", async () => {
    const { reply, client } = await open({ stallMs: 50 });
    reply.start(200, STREAM);
    client.pause();
    const frame = Buffer.from(event({ type: "a", text: "x".repeat(1_000_000) }));
    while (reply.write(frame));
    reply.end();
    expect(await reply.finished()).toBe(false);
  });

  it("is not delivered when the client has gone", async () => {
    const { reply, client, socket } = await open();
    reply.start(200, STREAM);
    const gone = new Promise((resolve) => socket.once("close", resolve));
    client.terminate();
    await gone;
    reply.end(Buffer.from(event({ type: "a" })));
    expect(await reply.finished()).toBe(false);
  });

  it("that breaks off says so, once it has begun", async () => {
    const { reply, messages } = await open({ lane: "l" });
    reply.start(200, STREAM);
    reply.write(Buffer.from(event({ type: "a" })));
    reply.cut();
    reply.write(Buffer.from(event({ type: "late" })));
    reply.end();
    await reply.finished();
    await expect
      .poll(() => messages.map((text) => JSON.parse(text) as unknown))
      .toMatchObject([
        { type: "a", stream_id: "l" },
        { type: "error", status: 502, error: { code: "provider_cut" }, stream_id: "l" },
      ]);
  });
});
