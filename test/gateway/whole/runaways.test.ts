import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { RunawayView } from "../../../src-gateway/admin-api/contract/runaway-endpoints.ts";
import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { CLIENT_WIRES, circlingBody, type Step, step } from "../../support/circling-agents.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { newHome } from "../cli/run-cli.ts";

const PATHS: Readonly<Record<WireProtocol, string>> = {
  "anthropic-messages": "/v1/messages",
  "openai-chat": "/v1/chat/completions",
  "openai-responses": "/v1/responses",
  "gemini-content": "/v1beta/models/loopback:generateContent",
};
const HEADER = "x-tokligence-runaway";
const again = (times: number, command: string): Step[] =>
  Array.from({ length: times }, () => step(command, "1 failed\n"));

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { TOKLIGENCE_RUNAWAY: "pause", TOKLIGENCE_KEEP_ALIVE_MS: "50" } });
});
afterAll(() => gateway.stop());

const ask = (wire: WireProtocol, steps: Step[], init: { stream?: boolean; signal?: AbortSignal } = {}) =>
  fetch(gateway.url + PATHS[wire], {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${gateway.key}` },
    body: JSON.stringify({
      ...circlingBody(wire, steps),
      ...(wire === "gemini-content" ? {} : { model: "loopback" }),
      ...(init.stream ? { stream: true } : {}),
    }),
    ...(init.signal ? { signal: init.signal } : {}),
  });

const admin = async (method: string, path: string): Promise<{ status: number; body: unknown }> => {
  const reply = await fetch(`${gateway.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
    ...(method === "POST" ? { body: "{}" } : {}),
  });
  return { status: reply.status, body: await reply.json() };
};
const runaways = async (): Promise<RunawayView[]> => (await admin("GET", "/runaways")).body as RunawayView[];
const idIn = (reply: Response): string => /id=(rw_[0-9a-f]+)/.exec(reply.headers.get(HEADER) ?? "")?.[1] ?? "";

describe.each(CLIENT_WIRES)("an agent that runs in circles, in %s", (wire) => {
  it("is warned at three, and the record says so", async () => {
    expect((await ask(wire, again(2, "test"))).headers.get(HEADER)).toBeNull();
    const reply = await ask(wire, again(3, "test"));
    expect(reply.status).toBe(200);
    expect(reply.headers.get(HEADER)).toMatch(/^warn; kind=repeated-calls; count=3; id=rw_/);
    expect((await gateway.recordOf(reply)).runaway).toBe("warn repeated-calls 3");
  });

  it("is paused at five in the words of its protocol, until it is resumed", async () => {
    const refused = await ask(wire, again(5, "build"));
    expect(refused.status).toBe(429);
    expect(refused.headers.get("x-should-retry")).toBe("false");
    const id = idIn(refused);
    const text = await refused.text();
    expect(text).toContain(`gateway runaway resume ${id}`);
    expect(text.toLowerCase()).toContain(wire === "anthropic-messages" ? "rate_limit_error" : "runaway_paused");
    const record = await gateway.recordOf(refused);
    expect(record).toMatchObject({
      outcome: "refused",
      errorCode: "runaway_paused",
      runaway: "pause repeated-calls 5",
    });
    expect(record.attempts).toEqual([]);

    expect(await runaways()).toContainEqual(
      expect.objectContaining({ id, level: "pause", count: 5, kind: "repeated-calls", userId: record.userId }),
    );
    expect((await admin("POST", `/runaways/${id}/resume`)).status).toBe(200);
    const resumed = await ask(wire, again(5, "build"));
    expect(resumed.status).toBe(200);
    expect(resumed.headers.get(HEADER)).toBeNull();
    expect((await ask(wire, again(10, "build"))).status).toBe(429);
  });

  it("begins anew when a person speaks", async () => {
    expect((await ask(wire, again(6, "lint"))).status).toBe(429);
    const told: Step[] = [...again(5, "lint"), { ...step("lint", "1 failed\n"), person: "Look at the other file." }];
    const reply = await ask(wire, told);
    expect(reply.status).toBe(200);
    expect(reply.headers.get(HEADER)).toBeNull();
    expect((await ask(wire, [...told, ...again(2, "lint")])).status).toBe(200);
  });
});

describe("an agent that is throttled", () => {
  it("gets signs of life while it waits, and then its answer", async () => {
    const reply = await ask("anthropic-messages", again(4, "slow"), { stream: true });
    expect(reply.headers.get(HEADER)).toMatch(/^throttle; /);
    const text = await reply.text();
    const before = text.slice(0, text.indexOf("message_stop"));
    expect((before.match(/^event: ping$/gm) ?? []).length).toBeGreaterThan(5);
    expect(text).toContain("event: message_stop");
    const record = await gateway.recordOf(reply);
    expect(record).toMatchObject({ outcome: "completed", runaway: "throttle repeated-calls 4" });
    expect(record.totalUs).toBeGreaterThan(950_000);
  });

  it("is not waited for when it leaves", async () => {
    const leaves = new AbortController();
    const reply = await ask("openai-chat", again(4, "leave"), { stream: true, signal: leaves.signal });
    leaves.abort();
    const record = await gateway.recordOf(reply);
    expect(record).toMatchObject({ outcome: "client_aborted", attempts: [] });
    expect(record.totalUs).toBeLessThan(950_000);
  });
});

it("is taken by an SDK for what it is, and not tried again", async () => {
  const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: gateway.key, maxRetries: 3 });
  const body = circlingBody("anthropic-messages", again(5, "sdk")) as unknown as { messages: Anthropic.MessageParam[] };
  const asked = anthropic.messages.create({ model: "loopback", max_tokens: 10, messages: body.messages });
  const error = await asked.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Anthropic.RateLimitError)) throw new Error("it was not refused");
  expect(error.message).toMatch(/5 times in a row/);
  const known = (await runaways()).find(({ id }) => error.headers.get(HEADER)?.includes(id));
  expect(known?.requests).toBe(1);
});

it("knows whom there is nothing to resume for", async () => {
  const { status, body } = await admin("POST", "/runaways/rw_000000000000/resume");
  expect(status).toBe(404);
  expect(JSON.stringify(body)).toContain("rw_000000000000");
});

describe("what the operator wants", () => {
  const withGateway = async (env: Record<string, string>, use: (own: TestGateway) => Promise<void>): Promise<void> => {
    const own = await startTestGateway({ env });
    try {
      await use(own);
    } finally {
      await own.stop();
    }
  };
  const post = (own: TestGateway, steps: Step[]): Promise<Response> =>
    own.post("/v1/messages", { ...circlingBody("anthropic-messages", steps), model: "loopback" });

  it("only warns unless it is told otherwise", () =>
    withGateway({}, async (own) => {
      const reply = await post(own, again(30, "x"));
      expect(reply.status).toBe(200);
      expect(reply.headers.get(HEADER)).toMatch(/^warn; /);
    }));

  it("looks at nothing when it is off", () =>
    withGateway({ TOKLIGENCE_RUNAWAY: "off", TOKLIGENCE_RUNAWAY_TOKENS_PER_MINUTE: "1" }, async (own) => {
      for (let n = 0; n < 2; n++) expect((await post(own, again(9, "x"))).headers.get(HEADER)).toBeNull();
    }));

  it("counts the tokens of a conversation from its settled requests", () =>
    withGateway({ TOKLIGENCE_RUNAWAY: "pause", TOKLIGENCE_RUNAWAY_TOKENS_PER_MINUTE: "5" }, async (own) => {
      const first = await post(own, [step("a", "b")]);
      expect(first.headers.get(HEADER)).toBeNull();
      const { usage } = await own.recordOf(first);
      expect(usage.inputUncached + usage.output).toBeGreaterThan(10);
      const second = await post(own, [step("a", "b"), step("c", "d")]);
      expect(second.status).toBe(429);
      expect(second.headers.get(HEADER)).toMatch(/^pause; kind=token-velocity/);
    }));

  it("is shown and resumed on the command line", () =>
    withGateway({ TOKLIGENCE_RUNAWAY: "pause" }, async (own) => {
      const home = newHome();
      onTestFinished(() => home.remove());
      const run = (...args: string[]) =>
        home.run(["--url", own.url, "runaway", ...args], { TOKLIGENCE_ADMIN_KEY: own.key });
      expect((await run("list")).out).toContain("No agent runs in circles.");
      const id = idIn(await post(own, again(5, "x")));
      expect((await run("list")).out).toContain(id);
      expect((await run("resume", id)).out).toContain("may go on");
      expect((await post(own, again(5, "x"))).status).toBe(200);
      expect((await run("resume", "rw_1")).code).not.toBe(0);
    }));
});
