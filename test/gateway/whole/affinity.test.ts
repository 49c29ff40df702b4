/** A conversation stays where its prompt is cached, and goes on without what only a lost key could read. */
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, type RawRequest, startRawProvider } from "../../support/raw-provider.ts";

const KEYS = ["sk-one", "sk-two", "sk-three"];

let provider: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  provider = await startRawProvider();
  const instance = (id: string, protocol: string, model: string) => ({
    id,
    kind: "openai-compatible",
    base_url: `${provider.url}/v1`,
    protocols: [protocol],
    models: [model],
    credentials: ["env:KEY_1", "env:KEY_2", "env:KEY_3"],
  });
  gateway = await startTestGateway({
    env: { KEY_1: KEYS[0] ?? "", KEY_2: KEYS[1] ?? "", KEY_3: KEYS[2] ?? "", TOKLIGENCE_RETRY_BASE_MS: "1" },
    config: { providers: [instance("chats", "openai-chat", "c"), instance("thinks", "openai-responses", "r")] },
  });
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});
let refuse: (request: RawRequest, response: ServerResponse) => boolean;
let talks = 0;
beforeEach(async () => {
  provider.requests.length = 0;
  refuse = () => false;
  provider.respond = (request, response) => void (refuse(request, response) || answer(request, response));
  await gateway.post("/api/v1/health/reset", {});
});

const keyOf = ({ headers }: RawRequest): string => String(headers["authorization"]).replace("Bearer ", "");

/** Each key encrypts what the model thought, and reads nothing but its own. */
function answer(request: RawRequest, response: ServerResponse): void {
  if (!request.path.endsWith("/responses")) {
    const message = { role: "assistant", content: "chatted" };
    return json({ model: "c", choices: [{ index: 0, message, finish_reason: "stop" }] })(request, response);
  }
  const foreign = [...request.body.toString().matchAll(/"enc of ([\w-]+)"/g)].some(([, key]) => key !== keyOf(request));
  if (foreign) {
    const message = "The encrypted content enc... could not be verified. Reason: it could not be decrypted or parsed.";
    const error = { message, type: "invalid_request_error", code: "invalid_encrypted_content", param: null };
    return json({ error }, 400)(request, response);
  }
  const whole = {
    id: `resp_${provider.requests.length}`,
    object: "response",
    status: "completed",
    model: "r",
    output: outputOf(keyOf(request)),
    usage: { input_tokens: 5, output_tokens: 2, total_tokens: 7 },
  };
  if (!request.body.includes('"stream":true')) return json(whole)(request, response);
  const events = [
    { type: "response.created", response: { ...whole, status: "in_progress", output: [] } },
    ...whole.output.flatMap((item, output_index) => [
      { type: "response.output_item.added", output_index, item },
      ...(item.type === "message"
        ? [{ type: "response.output_text.delta", output_index, content_index: 0, item_id: item.id, delta: "thought" }]
        : []),
      { type: "response.output_item.done", output_index, item },
    ]),
    { type: "response.completed", response: whole },
  ];
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
}

const outputOf = (key: string) => [
  { type: "reasoning" as const, id: "rs_1", summary: [], encrypted_content: `enc of ${key}` },
  {
    type: "message" as const,
    id: "msg_1",
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text: "thought", annotations: [] }],
  },
];

interface Talk {
  /** The next turn; resolves with its reply, and the key that answered. */
  turn(more?: object): Promise<{ reply: Response; key: string }>;
}

/** A conversation as a client holds it: everything that was said goes along with each turn. */
function talkOver(wire: "chat" | "messages" | "responses", model: string): Talk {
  const name = `talk ${++talks}`;
  const path = { chat: "/v1/chat/completions", messages: "/v1/messages", responses: "/v1/responses" }[wire];
  const said: object[] = [];
  let turns = 0;
  return {
    async turn(more = {}) {
      said.push({ role: "user", content: `${name}, turn ${++turns}` });
      const body = wire === "responses" ? { input: said, store: false } : { messages: said, max_tokens: 100 };
      const reply = await gateway.post(path, { model, ...body, ...more });
      expect(reply.status).toBe(200);
      await reply.clone().text();
      const key = keyOf(provider.requests.at(-1) as RawRequest);
      if (wire === "responses") said.push(...outputOf(key));
      else said.push({ role: "assistant", content: "chatted" });
      return { reply, key };
    },
  };
}

describe("with three keys", () => {
  it.each([
    ["chat", "c"],
    ["messages", "c"],
    ["responses", "r"],
  ] as const)("the turns of a conversation over %s land on the key of the first", async (wire, model) => {
    const firsts = new Set<string>();
    for (let n = 0; n < 30; n++) {
      const talk = talkOver(wire, model);
      const { key: first } = await talk.turn();
      firsts.add(first);
      for (let turn = 2; turn <= 4; turn++) expect((await talk.turn({ stream: turn % 2 === 1 })).key).toBe(first);
    }
    expect([...firsts].sort()).toEqual([...KEYS].sort());
  });

  it.each<[string, number, object, Record<string, string>]>([
    ["is refused", 401, { message: "Incorrect API key" }, {}],
    ["is used up", 429, { message: "You exceeded your current quota", code: "insufficient_quota" }, {}],
    ["has to rest for an hour", 429, { message: "slow down" }, { "retry-after": "3600" }],
    ["has not been paid for", 402, { message: "Insufficient balance" }, {}],
  ])("a conversation whose key %s goes on with another one, and stays there", async (_name, status, error, headers) => {
    const talk = talkOver("chat", "c");
    const { key: first } = await talk.turn();
    expect((await talk.turn()).key).toBe(first);
    refuse = (request, response) => {
      if (keyOf(request) !== first) return false;
      json({ error }, status, headers)(request, response);
      return true;
    };
    provider.requests.length = 0;
    const { key: second, reply } = await talk.turn();
    expect(second).not.toBe(first);
    expect(provider.requests.map(keyOf)).toEqual([first, second]);
    expect((await gateway.recordOf(reply)).attempts.map(({ errorCode }) => errorCode === null)).toEqual([false, true]);
    provider.requests.length = 0;
    for (let turn = 0; turn < 3; turn++) expect((await talk.turn()).key).toBe(second);
    // The old one is well again; the cache is with the new one now.
    refuse = () => false;
    await gateway.post("/api/v1/health/reset", {});
    for (let turn = 0; turn < 3; turn++) expect((await talk.turn()).key).toBe(second);
    expect(provider.requests.map(keyOf)).toEqual(Array.from({ length: 6 }, () => second));
  });
});

describe("reasoning that only a lost key can read", () => {
  it.each([false, true])("is left out and reported, and the conversation goes on (stream: %s)", async (stream) => {
    const talk = talkOver("responses", "r");
    const { key: first } = await talk.turn({ stream });
    const kept = await talk.turn({ stream });
    expect(kept.key).toBe(first);
    expect(provider.requests.at(-1)?.body.toString()).toContain(`enc of ${first}`);
    expect((await gateway.recordOf(kept.reply)).losses).toEqual([]);

    refuse = (request, response) => {
      if (keyOf(request) !== first) return false;
      json({ error: { message: "This key was revoked" } }, 401)(request, response);
      return true;
    };
    const { key: second, reply } = await talk.turn({ stream });
    expect(second).not.toBe(first);
    expect(provider.requests.at(-1)?.body.toString()).not.toContain("enc of");
    expect(reply.headers.get("x-tokligence-losses")).toContain("thinking");
    expect(await reply.text()).toContain(`enc of ${second}`);
    const record = await gateway.recordOf(reply);
    expect(record.losses).toEqual([expect.objectContaining({ field: "thinking", verdict: "dropped" })]);
    expect(record).toMatchObject({ outcome: "completed" });

    for (let turn = 0; turn < 3; turn++) {
      const next = await talk.turn({ stream });
      expect(next.key).toBe(second);
      expect((await gateway.recordOf(next.reply)).outcome).toBe("completed");
    }
  });
});
