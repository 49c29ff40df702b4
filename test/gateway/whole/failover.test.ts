/** What the operator decides about moving on, and what the log says of it. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider, stream } from "../../support/raw-provider.ts";

let first: RawProvider;
let second: RawProvider;
let gateway: TestGateway;
const folder = mkdtempSync(join(tmpdir(), "tokligence-failover-"));
const logFile = join(folder, "gateway.log");

beforeAll(async () => {
  first = await startRawProvider();
  second = await startRawProvider();
  const instance = (id: string, provider: RawProvider, more: object) => ({
    id,
    kind: "openai-compatible",
    base_url: `${provider.url}/v1`,
    protocols: ["openai-chat"],
    ...more,
  });
  gateway = await startTestGateway({
    env: {
      KEY_1: "sk-canary-one",
      KEY_2: "sk-canary-two",
      TOKLIGENCE_LOG_LEVEL: "info",
      TOKLIGENCE_LOG_FILE: logFile,
      TOKLIGENCE_RETRY_BASE_MS: "1",
    },
    config: {
      providers: [
        instance("plain", first, { credentials: ["env:KEY_1", "env:KEY_2"], models: ["p"] }),
        instance("ruled", first, {
          credential: "env:KEY_1",
          models: ["r"],
          on_status: { "404": "next", "422": "again", "503": "fail" },
        }),
        instance("two", second, { models: ["n"] }),
      ],
      routes: [
        { match: "plain-route", targets: ["plain/p", "two/n"] },
        { match: "ruled-route", targets: ["ruled/r", "two/n"] },
      ],
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await first.stop();
  await second.stop();
  rmSync(folder, { recursive: true, force: true });
});
let talks = 0;
beforeEach(async () => {
  talks++;
  for (const provider of [first, second]) {
    provider.requests.length = 0;
    provider.respond = json(OK);
  }
  await gateway.post("/api/v1/health/reset", {});
});

const OK = {
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
};
const talk = () => [{ role: "user", content: `talk ${talks}` }];
const ask = (model: string, more: object = {}) =>
  gateway.post("/v1/chat/completions", { model, messages: talk(), ...more });
const refuse = (status: number, text = "no") => json({ error: { message: text } }, status);

interface Line {
  kind?: string;
  requestId?: string;
}
/** What the log says of failing over for this answer, once the lines before it are written. */
async function failovers(reply: Response): Promise<Line[]> {
  const requestId = reply.headers.get("x-request-id") ?? "?";
  await gateway.recordOf(reply);
  const lines = readFileSync(logFile, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => line.kind === "failover" && line.requestId === requestId);
}

describe("what is done after a status", () => {
  it.each([404, 422])("of %i is, as a rule, nothing", async (status) => {
    first.respond = refuse(status);
    expect((await ask("plain-route")).status).toBe(status);
    expect([first.requests.length, second.requests.length]).toEqual([1, 0]);
  });

  it.each<[number, number, number, number]>([
    [404, 200, 1, 1],
    [503, 503, 1, 0],
    [529, 200, 1, 1],
  ])("of %i is what the operator wants", async (status, answered, askedFirst, askedSecond) => {
    first.respond = refuse(status);
    expect((await ask("ruled-route")).status).toBe(answered);
    expect([first.requests.length, second.requests.length]).toEqual([askedFirst, askedSecond]);
  });

  it("can be another try", async () => {
    first.respond = refuse(422);
    expect((await ask("r")).status).toBe(422);
    expect(first.requests).toHaveLength(3);
  });
});

describe("a provider that fails", () => {
  it("with one key is not asked with its others while there is another provider", async () => {
    first.respond = refuse(500);
    expect((await ask("plain-route")).status).toBe(200);
    expect([first.requests.length, second.requests.length]).toEqual([1, 1]);
  });

  it("with one key for reasons of that key is asked with the next one first", async () => {
    first.respond = (request, response) => (first.requests.length === 1 ? refuse(429) : json(OK))(request, response);
    expect((await ask("plain-route")).status).toBe(200);
    expect([first.requests.length, second.requests.length]).toEqual([2, 0]);
  });
});

describe("an answer that calls itself successful and cannot be read", () => {
  const raw =
    (type: string, body: string): RawProvider["respond"] =>
    (_request, response) => {
      response.writeHead(200, { "content-type": type });
      response.end(body);
    };
  const WIRES = ["/v1/chat/completions", "/v1/messages"];
  const asking = WIRES.flatMap((path) => [false, true].map((isStream) => [path, isStream] as const));

  it.each(asking)("as a page is nobody's answer: the next one is asked (%s, stream: %s)", async (path, isStream) => {
    first.respond = raw("text/html", "<!doctype html><p>Please sign in to the network</p>");
    const reply = await gateway.post(path, { model: "plain-route", max_tokens: 9, messages: talk(), stream: isStream });
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain("hi");
    expect(second.requests).toHaveLength(1);
  });

  it.each(asking)("may have been paid for where it broke off (%s, stream: %s)", async (path, isStream) => {
    first.respond = raw("application/json", '{"model":"m","choices":[{"index":0,"mess');
    const reply = await gateway.post(path, { model: "plain-route", max_tokens: 9, messages: talk(), stream: isStream });
    expect(reply.status).toBe(502);
    expect((await reply.json()) as object).toHaveProperty("error");
    expect(second.requests).toHaveLength(0);
    expect(await gateway.recordOf(reply)).toMatchObject({ outcome: "failed", errorCode: "provider_error" });
  });

  it.each(WIRES)("is not passed on as a stream that begins with half an object (%s)", async (path) => {
    first.respond = raw("text/event-stream", 'data: {"model":"m","choices":[{"ind\n\ndata: [DONE]\n\n');
    const reply = await gateway.post(path, { model: "plain-route", max_tokens: 9, messages: talk(), stream: true });
    expect(reply.status).toBe(502);
    expect(second.requests).toHaveLength(0);
    expect(await gateway.recordOf(reply)).toMatchObject({ outcome: "failed", usageSource: "none" });
  });

  it.each(WIRES)("is not passed on as a stream that ends before it has begun (%s)", async (path) => {
    first.respond = raw("text/event-stream", "data: [DONE]\n\n");
    const reply = await gateway.post(path, { model: "plain-route", max_tokens: 9, messages: talk(), stream: true });
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain("hi");
    expect(await gateway.recordOf(reply)).toMatchObject({ outcome: "completed", provider: "two" });
  });
});

describe("the log", () => {
  it("says once from where to where a request went, and why", async () => {
    first.respond = refuse(529, "busy, sk-canary-one");
    const reply = await ask("plain-route");
    expect(reply.status).toBe(200);
    expect(await failovers(reply)).toEqual([
      expect.objectContaining({
        kind: "failover",
        from: { provider: "plain", model: "p", key: expect.stringMatching(/^key-[12]$/) },
        to: { provider: "two", model: "n", key: "default" },
        why: "overloaded, status 529",
      }),
    ]);
    expect(readFileSync(logFile, "utf8")).not.toContain("canary");
  });

  it("says so as soon as a stream has content", async () => {
    first.respond = refuse(401, "Incorrect API key: sk-canary-one");
    const chunk = (delta: object) => `data: ${JSON.stringify({ model: "n", choices: [{ index: 0, delta }] })}\n\n`;
    let finish = (): void => {};
    second.respond = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(chunk({ content: "so far" }));
      finish = () => response.end("data: [DONE]\n\n");
    };
    const reply = await ask("plain-route", { stream: true });
    const reader = reply.body?.getReader();
    await reader?.read();
    const seen = (): boolean => readFileSync(logFile, "utf8").includes(reply.headers.get("x-request-id") ?? "?");
    while (!seen()) await new Promise((resolve) => setImmediate(resolve));
    finish();
    while (!(await reader?.read())?.done);
    expect(await failovers(reply)).toHaveLength(1);
    expect(readFileSync(logFile, "utf8")).not.toContain("canary");
  });

  it("tells one key of a provider from another", async () => {
    first.respond = (request, response) => (first.requests.length === 1 ? refuse(401) : json(OK))(request, response);
    const reply = await ask("plain-route");
    const [line] = await failovers(reply);
    expect(line).toMatchObject({
      from: { provider: "plain" },
      to: { provider: "plain" },
      why: "provider_auth_failed, status 401",
    });
  });

  it("has nothing to say where the same place answers at last, or nobody does", async () => {
    first.respond = (request, response) => (first.requests.length < 3 ? refuse(500) : stream("x"))(request, response);
    second.respond = refuse(400);
    const nobody = await ask("plain-route");
    expect(nobody.status).toBe(400);
    expect(await failovers(nobody)).toEqual([]);
    talks += 1000;
    first.requests.length = 0;
    first.respond = (request, response) => (first.requests.length < 2 ? refuse(500) : json(OK))(request, response);
    const again = await ask("r");
    expect(again.status).toBe(200);
    expect(first.requests).toHaveLength(2);
    expect(await failovers(again)).toEqual([]);
  });
});
