/** Responses over WebSockets, on providers that speak other wires, with real sockets. */
import { createConnection } from "node:net";
import { ResponsesWS } from "openai/resources/responses/ws";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isLast, openResponses, type ResponsesClient, UpgradeRefused } from "../../support/responses-client.ts";
import { onWire, type ResponsesGateway, startResponsesGateway } from "../../support/responses-gateway.ts";

let gateway: ResponsesGateway;
const clients: ResponsesClient[] = [];
beforeAll(async () => {
  gateway = await startResponsesGateway();
});
afterAll(() => gateway.stop());
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  gateway.provider.reset();
});

async function connect(options: Parameters<typeof openResponses>[1] = {}): Promise<ResponsesClient> {
  const client = await openResponses(gateway.url, { token: gateway.key, ...options });
  clients.push(client);
  return client;
}

const asked = () => gateway.provider.requests.filter(({ method }) => method === "POST");
const lastBody = (): string => asked().at(-1)?.body.toString() ?? "";
const user = (content: string) => ({ role: "user", content });

describe.each([
  "openai-chat",
  "anthropic-messages",
  "openai-responses",
] as const)("on a provider that speaks %s", (wire) => {
  const model = onWire(wire);

  it("gives the events of the stream, one message each", async () => {
    const client = await connect({ headers: { "session-id": `on ${wire}` } });
    const last = await client.ask({ model, input: "hello", store: false });
    expect(last.type).toBe("response.completed");
    expect(client.events.map(({ type }) => type).slice(0, 2)).toEqual(["response.created", "response.in_progress"]);
    expect(client.events.map((event) => event["sequence_number"])).toEqual(client.events.map((_, index) => index));
    const text = client.events.flatMap((event) =>
      event.type === "response.output_text.delta" ? [event["delta"]] : [],
    );
    expect(text.join("")).toContain("You said “hello”");
    expect(client.events.some((event) => "stream_id" in event)).toBe(false);
    const [record] = await gateway.exchanges(1, ({ session }) => session === `on ${wire}`);
    expect(record).toMatchObject({ surface: "responses", stream: true, outcome: "completed", modelAsked: model });
  });

  it("goes on from its own answers although nothing is stored", async () => {
    const client = await connect();
    const warm = await client.ask({ model, input: [user("the rules")], store: false, generate: false, tools: [] });
    expect(warm).toMatchObject({ type: "response.completed", response: { status: "completed", output: [] } });
    expect(asked()).toHaveLength(0);
    const first = await client.ask({
      model,
      store: false,
      previous_response_id: warm.response?.id,
      input: [user("one")],
    });
    await client.ask({ model, store: false, previous_response_id: first.response?.id, input: [user("two")] });
    const said = ["the rules", "one", "noted ✓", "two"].map((text) => lastBody().indexOf(text));
    expect(said).not.toContain(-1);
    expect(said).toEqual(said.toSorted((one, other) => one - other));
    expect(lastBody()).not.toContain("previous_response_id");
    // The connection is the only one to know.
    const other = await connect();
    const refusal = await other.ask({ model, store: false, previous_response_id: first.response?.id, input: "on" });
    const isHandedOn = lastBody().includes("previous_response_id");
    expect([refusal.error?.code ?? "answered", isHandedOn]).toEqual(
      wire === "openai-responses" ? ["answered", true] : ["previous_response_not_found", false],
    );
  });
});

describe("the connection", () => {
  const model = onWire("openai-chat");

  it("goes on from what is stored, and from itself after that", async () => {
    const client = await connect();
    const stored = await gateway.openai().responses.create({ model, input: "over HTTP" });
    const first = await client.ask({ model, store: false, previous_response_id: stored.id, input: "not kept" });
    await client.ask({ model, store: false, previous_response_id: first.response?.id, input: "on" });
    for (const text of ["over HTTP", "not kept", "on"]) expect(lastBody()).toContain(text);
    const kept = await client.ask({ model, previous_response_id: first.response?.id, input: "kept" });
    await gateway.openai().responses.create({ model, previous_response_id: kept.response?.id ?? "", input: "again" });
    for (const text of ["over HTTP", "not kept", "kept", "again"]) expect(lastBody()).toContain(text);
  });

  it("works on lanes beside each other, and in order within one", async () => {
    const gate = gateway.provider.gate();
    gateway.provider.script({ gateAt: "before-headers", gate });
    const client = await connect();
    client.send({ type: "response.create", stream_id: "a", model, store: false, input: "a1" });
    await gate.reached;
    client.send({ type: "response.create", stream_id: "a", model, store: false, input: "a2" });
    client.send({ type: "response.create", stream_id: "b", model, store: false, input: "b1" });
    const b1 = await client.next(isLast);
    expect(b1.stream_id).toBe("b");
    expect(asked()).toHaveLength(2);
    gate.open();
    const rest = [await client.next(isLast), await client.next(isLast)];
    expect(rest.map((event) => event.stream_id)).toEqual(["a", "a"]);
    expect(asked().map(({ body }) => /[ab]\d/.exec(body.toString())?.[0])).toEqual(["a1", "b1", "a2"]);
    expect(client.events.every((event) => event.stream_id === "a" || event.stream_id === "b")).toBe(true);
    // A conversation may go on in another lane.
    const forked = await client.ask({
      stream_id: "b",
      model,
      store: false,
      previous_response_id: rest[1]?.response?.id,
      input: "b2",
    });
    expect(forked.type).toBe("response.completed");
    expect(lastBody()).toContain("a2");
  });

  it("answers errors as events and goes on", async () => {
    gateway.provider.script({ status: 422 });
    const client = await connect();
    expect(await client.ask({ model, input: "hello" })).toMatchObject({
      type: "error",
      status: 422,
      error: { message: expect.stringContaining("told to answer 422") },
    });
    expect(await client.ask({ model: "nobody-has-this", input: "hello", stream_id: "x" })).toMatchObject({
      status: 404,
      error: { code: "model_not_found" },
      stream_id: "x",
    });
    const wrong: [string | object, object][] = [
      ["{", { status: 400, error: { code: "invalid_json" } }],
      ["[]", { status: 400, error: { code: "invalid_json" } }],
      [
        { type: "response.unknown", stream_id: "x" },
        { status: 400, stream_id: "x", error: { param: "type" } },
      ],
      [
        { model, input: "hello" },
        { status: 400, error: { param: "type" } },
      ],
      [
        { type: "response.create", stream_id: 7 },
        { status: 400, error: { param: "stream_id" } },
      ],
      [
        { type: "response.create", model, input: "h", background: true },
        { status: 400, error: { param: "background" } },
      ],
      [
        { type: "response.create", input: "hello" },
        { status: 400, error: { param: "model" } },
      ],
      [
        { type: "response.create", input: "hello", generate: false },
        { status: 400, error: { param: "model" } },
      ],
      [{ type: "response.create", model, previous_response_id: 7 }, { status: 400 }],
    ];
    for (const [message, expected] of wrong) {
      client.send(message);
      expect(await client.next(isLast)).toMatchObject({ type: "error", ...expected });
    }
    client.socket.send(Buffer.from("{}"), { binary: true });
    expect(await client.next()).toMatchObject({ type: "error", status: 400 });
    expect(await client.ask({ model, input: "hello", background: false })).toMatchObject({
      type: "response.completed",
    });
  });

  it("says that an answer broke off, and stays", async () => {
    gateway.provider.script({ cutAt: 3 });
    const client = await connect();
    expect(await client.ask({ model, input: "hello" })).toMatchObject({ status: 502, error: { code: "provider_cut" } });
    expect(await client.ask({ model, input: "hello" })).toMatchObject({ type: "response.completed" });
    const [record] = await gateway.exchanges(1, ({ outcome }) => outcome === "failed_midstream");
    expect(record).toBeDefined();
  });

  it("stops the provider when its client leaves", async () => {
    const gate = gateway.provider.gate();
    gateway.provider.script({ gateAt: 2, gate });
    const client = await connect();
    client.send({ type: "response.create", model, input: "hello" });
    await gate.reached;
    await client.next(({ type }) => type === "response.output_text.delta");
    client.socket.terminate();
    const [request] = asked();
    await request?.aborted;
    const [record] = await gateway.exchanges(1, ({ outcome }) => outcome === "client_aborted");
    expect(record).toMatchObject({ modelAsked: model });
  });

  it("belongs to the project in its path, and keeps words about WebSockets from providers", async () => {
    const client = await connect({
      path: "/p/shop/v1/responses",
      headers: { "openai-beta": "responses_websockets=2026-02-06, other=1", "session-id": "s-9" },
    });
    await client.ask({ model: onWire("openai-responses"), input: "hello" });
    expect(asked().at(-1)?.headers["openai-beta"]).toBe("other=1");
    const [record] = await gateway.exchanges(1, ({ session }) => session === "s-9");
    expect(record).toMatchObject({ project: "shop" });
  });
});

describe("the upgrade", () => {
  const refusal = async (options: Parameters<typeof openResponses>[1]): Promise<{ status: number; code: string }> => {
    const error: unknown = await openResponses(gateway.url, options).catch((thrown: unknown) => thrown);
    if (!(error instanceof UpgradeRefused)) throw error;
    return { status: error.status, code: (JSON.parse(error.body) as { error: { code: string } }).error.code };
  };

  it("wants a good key, and no foreign page", async () => {
    expect(await refusal({})).toEqual({ status: 401, code: "invalid_api_key" });
    expect(await refusal({ token: "tok_wrong" })).toEqual({ status: 401, code: "invalid_api_key" });
    const evil = { token: gateway.key, headers: { origin: "https://evil.example" } };
    expect(await refusal(evil)).toEqual({ status: 403, code: "forbidden_origin" });
  });

  it("is declined on every other path, and everywhere when it is switched off", async () => {
    for (const path of ["/v1/chat/completions", "/v1/realtime", "/", "/v1/responses/resp_1"])
      expect(await refusal({ token: gateway.key, path })).toEqual({ status: 426, code: "upgrade_declined" });
    const without = await startResponsesGateway({ env: { TOKLIGENCE_RESPONSES_WEBSOCKET: "false" } });
    const error: unknown = await openResponses(without.url, { token: without.key }).catch((thrown: unknown) => thrown);
    await without.stop();
    expect(error).toMatchObject({ status: 426 });
  });

  it("that is none is answered, and nothing falls over", async () => {
    const { port, hostname } = new URL(gateway.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = createConnection(Number(port), hostname, () =>
        socket.write(
          `GET /v1/responses HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${gateway.key}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\r\n`,
        ),
      );
      let text = "";
      socket
        .on("data", (chunk) => (text += String(chunk)))
        .on("end", () => resolve(text))
        .on("error", reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    const client = await connect();
    expect(await client.ask({ model: "loopback", input: "hello" })).toMatchObject({ type: "response.completed" });
  });
});

describe("limits", () => {
  it("close a connection that sends a message larger than a body may be", async () => {
    const small = await startResponsesGateway({ env: { TOKLIGENCE_MAX_BODY_BYTES: "2000" } });
    try {
      const client = await openResponses(small.url, { token: small.key });
      client.send({ type: "response.create", model: "loopback", input: "x".repeat(3000) });
      expect((await client.closed).code).toBe(1009);
    } finally {
      await small.stop();
    }
  });

  it("let a client that reads slowly hold the provider back, and lose nothing", async () => {
    const big = "0123456789".repeat(20_000);
    gateway.provider.script({ text: big });
    const client = await connect();
    client.socket.pause();
    client.send({ type: "response.create", model: onWire("openai-chat"), input: "hello", store: false });
    await gateway.provider.waitForRequest(({ method }) => method === "POST");
    client.socket.resume();
    await client.next(isLast);
    const text = client.events.flatMap((event) =>
      event.type === "response.output_text.delta" ? [event["delta"]] : [],
    );
    expect(text.join("") === big).toBe(true);
  });
});

describe("a stop of the gateway", () => {
  it("closes idle connections, lets answers finish, and takes nothing new", async () => {
    const other = await startResponsesGateway({ wires: ["openai-chat"] });
    const gate = other.provider.gate();
    other.provider.script({ gateAt: 2, gate });
    const idle = await openResponses(other.url, { token: other.key });
    const busy = await openResponses(other.url, { token: other.key });
    busy.send({ type: "response.create", model: onWire("openai-chat"), input: "hello" });
    await gate.reached;
    const stopped = other.stop();
    expect((await idle.closed).code).toBe(1001);
    busy.send({ type: "response.create", model: onWire("openai-chat"), input: "more" });
    expect(await busy.next(({ type }) => type === "error")).toMatchObject({ status: 503 });
    gate.open();
    expect(await busy.next(isLast)).toMatchObject({ type: "response.completed" });
    expect((await busy.closed).code).toBe(1001);
    await stopped;
  });
});

describe("OpenAI's SDK", () => {
  it("speaks over its own WebSocket client", async () => {
    const socket = new ResponsesWS(gateway.openai());
    const texts: string[] = [];
    socket.on("response.output_text.delta", (event) => void texts.push(event.delta));
    const ask = (body: object): Promise<string> =>
      new Promise((resolve, reject) => {
        socket.once("response.completed", (event) => resolve(event.response.id));
        socket.once("error", reject);
        socket.send({ type: "response.create", model: onWire("anthropic-messages"), store: false, ...body });
      });
    const first = await ask({ input: "hello" });
    await ask({ input: "and on", previous_response_id: first });
    expect(texts.join("")).toContain("You said “and on”");
    expect(lastBody()).toContain("hello");
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.close();
    await closed;
  });
});
