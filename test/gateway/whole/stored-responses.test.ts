/** What clients of Responses expect the server to remember, through OpenAI's SDK, where the provider speaks something else. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { onWire, type ResponsesGateway, startResponsesGateway } from "../../support/responses-gateway.ts";
import { newUser } from "../admin-api/admin-client.ts";

let gateway: ResponsesGateway;
beforeAll(async () => {
  gateway = await startResponsesGateway();
});
afterAll(() => gateway.stop());
afterEach(() => gateway.provider.reset());

const lastBody = (): string => gateway.provider.requests.at(-1)?.body.toString() ?? "";
const FOREIGN = ["openai-chat", "anthropic-messages", "gemini-content"] as const;

const weatherTool = {
  type: "function" as const,
  name: "weather",
  strict: false,
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

describe.each(FOREIGN)("previous_response_id on a provider that speaks %s", (wire) => {
  const model = onWire(wire);

  it("puts the whole conversation in front, but not the instructions", async () => {
    const openai = gateway.openai();
    const first = await openai.responses.create({ model, input: "my name is Ada", instructions: "be brief" });
    const second = await openai.responses.create({ model, input: "and Bob", previous_response_id: first.id });
    const third = await openai.responses.create({ model, input: "who am I?", previous_response_id: second.id });
    expect(third.previous_response_id).toBe(second.id);
    expect([first, third]).toMatchObject([{ store: true }, { store: true }]);
    expect(third.output_text).toContain("who am I?");
    const said = ["my name is Ada", "You said “my name is Ada”", "and Bob", "You said “and Bob”", "who am I?"];
    const places = said.map((text) => lastBody().indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(lastBody()).not.toContain("be brief");
  });

  it("carries a tool loop whose turns send nothing but the results, streamed", async () => {
    const openai = gateway.openai();
    const asked = await openai.responses
      .stream({ model, input: "How is the weather?", tools: [weatherTool] })
      .finalResponse();
    const call = asked.output.find((item) => item.type === "function_call");
    if (!call) throw new Error("no call came");
    const told = await openai.responses
      .stream({
        model,
        tools: [weatherTool],
        previous_response_id: asked.id,
        input: [{ type: "function_call_output", call_id: call.call_id, output: "sunny, 25 °C" }],
      })
      .finalResponse();
    expect(told.output_text).toBe("The tool said “sunny, 25 °C”.");
    expect(lastBody()).toContain("How is the weather?");
  });

  it("lets two conversations go on from the same answer", async () => {
    const openai = gateway.openai();
    const root = await openai.responses.create({ model, input: "the root" });
    for (const name of ["left", "right"]) {
      const branch = await openai.responses.create({ model, input: `the ${name}`, previous_response_id: root.id });
      await openai.responses.create({ model, input: "on", previous_response_id: branch.id });
      expect(lastBody()).toContain(`the ${name}`);
      expect(lastBody()).toContain("the root");
    }
    expect(lastBody()).not.toContain("the left");
  });

  it("is refused by name when nobody knows it, and never answered without its history", async () => {
    const openai = gateway.openai();
    const forgotten = await openai.responses.create({ model, input: "do not keep this", store: false });
    expect(forgotten).toMatchObject({ store: false });
    const asked = gateway.provider.requests.length;
    for (const stream of [false, true]) {
      const refusal = openai.responses.create({ model, input: "on", previous_response_id: forgotten.id, stream });
      await expect(refusal).rejects.toMatchObject({
        status: 400,
        code: "previous_response_not_found",
        param: "previous_response_id",
        message: expect.stringContaining(forgotten.id),
      });
    }
    expect(gateway.provider.requests).toHaveLength(asked);
  });
});

describe("thoughts", () => {
  it("go back to the provider that had them, signature and all", async () => {
    const openai = gateway.openai();
    const model = onWire("anthropic-messages");
    gateway.provider.script({
      thinking: { text: "I need the weather.", state: "c2lnbmF0dXJl" },
      calls: [{ name: "weather", arguments: { city: "Ulm" } }],
    });
    const request = { model, tools: [weatherTool], reasoning: { effort: "high" as const } };
    const asked = await openai.responses.create({ ...request, input: "How is the weather?" });
    const call = asked.output.find((item) => item.type === "function_call");
    const output = { type: "function_call_output" as const, call_id: call?.call_id ?? "", output: "sunny" };
    await openai.responses.create({ ...request, previous_response_id: asked.id, input: [output] });
    expect(gateway.provider.requests.at(-1)?.json).toMatchObject({
      messages: [
        { role: "user" },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "I need the weather.", signature: "c2lnbmF0dXJl" },
            { type: "tool_use", name: "weather", input: { city: "Ulm" } },
          ],
        },
        { role: "user", content: [{ type: "tool_result" }] },
      ],
    });
  });
});

describe("a response by its id", () => {
  const model = onWire("anthropic-messages");

  it("is what the client got, whole and streamed", async () => {
    const openai = gateway.openai();
    const whole = await openai.responses.create({ model, input: "hello" });
    expect(await openai.responses.retrieve(whole.id)).toEqual(whole);
    const streamed = await openai.responses.stream({ model, input: "hello" }).finalResponse();
    const { output_text } = streamed;
    expect(await openai.responses.retrieve(streamed.id)).toMatchObject({
      id: streamed.id,
      output_text,
      status: "completed",
    });
  });

  it("is gone after it was deleted, for conversations too", async () => {
    const openai = gateway.openai();
    const { id } = await openai.responses.create({ model, input: "hello" });
    const reply = await fetch(`${gateway.url}/v1/responses/${id}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${gateway.key}` },
    });
    expect([reply.status, await reply.json()]).toEqual([200, { id, object: "response", deleted: true }]);
    await expect(openai.responses.create({ model, input: "on", previous_response_id: id })).rejects.toMatchObject({
      code: "previous_response_not_found",
    });
  });

  it("lists its own input items, page by page", async () => {
    const openai = gateway.openai();
    const root = await openai.responses.create({ model, input: "earlier" });
    const input = Array.from({ length: 5 }, (_, n) => ({ role: "user" as const, content: `item ${n}` }));
    const { id } = await openai.responses.create({ model, input, previous_response_id: root.id });
    const texts: string[] = [];
    for await (const item of openai.responses.inputItems.list(id, { limit: 2, order: "asc" })) {
      texts.push(item.type === "message" && item.content[0]?.type === "input_text" ? item.content[0].text : "");
    }
    expect(texts).toEqual(input.map(({ content }) => content));
    await expect(openai.responses.inputItems.list(id, { limit: 0 })).rejects.toMatchObject({
      status: 400,
      param: "limit",
    });
  });

  it("cannot be cancelled, nor streamed again", async () => {
    const openai = gateway.openai();
    const { id } = await openai.responses.create({ model, input: "hello" });
    await expect(openai.responses.cancel(id)).rejects.toMatchObject({
      status: 400,
      type: "invalid_request_error",
      message: expect.stringContaining("Cannot cancel a synchronous response"),
    });
    await expect(openai.responses.retrieve(id, { stream: true })).rejects.toMatchObject({
      status: 400,
      param: "stream",
    });
  });

  it("is nobody else's, but any key's of the same user", async () => {
    const { id } = await gateway.openai().responses.create({ model, input: "secret plans" });
    const other = await newUser(gateway, "other@example.com", "gateway_user");
    const theirs = gateway.openai(other.token);
    const asked = gateway.provider.requests.length;
    const calls = [
      () => theirs.responses.create({ model, input: "on", previous_response_id: id }),
      () => gateway.openai("tok_wrong").responses.retrieve(id),
    ];
    const codes = ["previous_response_not_found", "invalid_api_key"];
    for (const [place, call] of calls.entries()) await expect(call()).rejects.toMatchObject({ code: codes[place] });
    expect(gateway.provider.requests).toHaveLength(asked);
    // What the gateway does not give may still be the provider's; it gets the question, and not the answer.
    for (const call of [
      () => theirs.responses.retrieve(id),
      () => theirs.responses.delete(id),
      () => theirs.responses.inputItems.list(id),
    ])
      await expect(call()).rejects.toMatchObject({ status: 404 });
    expect((await gateway.openai().responses.retrieve(id)).id).toBe(id);
  });

  it("leaves no record of such calls", async () => {
    const openai = gateway.openai().withOptions({ defaultHeaders: { "x-tokligence-project": "quiet" } });
    const { id } = await openai.responses.create({ model, input: "hello" });
    await openai.responses.retrieve(id);
    await openai.responses.retrieve("resp_unknown").catch(() => null);
    await openai.responses.create({ model, input: "hello" });
    const records = await gateway.exchanges(2, ({ project }) => project === "quiet");
    expect(records.map(({ surface }) => surface)).toEqual(["responses", "responses"]);
  });
});

describe("a provider that speaks Responses", () => {
  const model = onWire("openai-responses");

  it("is handed ids that only it can know, untouched", async () => {
    const openai = gateway.openai();
    const body = '{ "model":"on-openai-responses",  "previous_response_id" : "resp_theirs", "input":"on" }';
    await gateway.post("/v1/responses", body);
    expect(lastBody()).toBe(body);
    const first = await openai.responses.create({ model, input: "hello" });
    await openai.responses.create({ model, input: "on", previous_response_id: first.id });
    expect(JSON.parse(lastBody())).toEqual({ model, input: "on", previous_response_id: first.id });
  });

  it("is given the whole conversation where the gateway has it, byte for byte around it", async () => {
    const openai = gateway.openai();
    const first = await openai.responses.create({ model: onWire("openai-chat"), input: "from elsewhere" });
    await gateway.post(
      "/v1/responses",
      `{"previous_response_id":"${first.id}" , "model":"${model}","temperature":1.0 ,"input":"on"}`,
    );
    const sent = lastBody();
    expect(sent).toContain(`"model":"${model}","temperature":1.0,`);
    expect(sent).not.toContain("previous_response_id");
    expect((JSON.parse(sent) as { input: unknown[] }).input).toHaveLength(3);
  });

  it("is asked about its own responses by those who made them", async () => {
    const openai = gateway.openai();
    const { id } = await openai.responses.create({ model, input: "hello" });
    await openai.responses.retrieve(id).catch(() => null);
    expect(gateway.provider.requests.at(-1)).toMatchObject({ method: "GET", path: `/v1/responses/${id}` });
    const other = await newUser(gateway, "curious@example.com", "gateway_user");
    const asked = gateway.provider.requests.length;
    await expect(gateway.openai(other.token).responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
    expect(gateway.provider.requests).toHaveLength(asked);
  });

  it("compacts, and nobody else does", async () => {
    await gateway
      .openai()
      .responses.compact({ model, input: "a long story" })
      .catch(() => null);
    expect(gateway.provider.requests.at(-1)).toMatchObject({
      path: "/v1/responses/compact",
      json: { model, input: "a long story" },
    });
    const asked = gateway.provider.requests.length;
    for (const wire of FOREIGN) {
      const refused = gateway.openai().responses.compact({ model: onWire(wire), input: "a long story" });
      await expect(refused).rejects.toMatchObject({ status: 400, code: "unsupported_operation" });
    }
    expect(gateway.provider.requests).toHaveLength(asked);
  });
});

describe("a fallback", () => {
  it("skips those who cannot know what a request goes on from", async () => {
    const targets = [
      { provider: "openai-chat", model: "on-openai-chat" },
      { provider: "openai-responses", model: "on-openai-responses" },
    ];
    const mixed = await startResponsesGateway({ routes: [{ match: "mixed", strategy: "fallback", targets }] });
    try {
      await mixed.openai().responses.create({ model: "mixed", input: "on", previous_response_id: "resp_theirs" });
      expect(mixed.provider.requests.map(({ path }) => path).filter((path) => path !== "/v1/models")).toEqual([
        "/v1/responses",
      ]);
    } finally {
      await mixed.stop();
    }
  });
});

describe("with responses_keep_days = 0", () => {
  it("keeps nothing and says so", async () => {
    const forgetful = await startResponsesGateway({
      wires: ["openai-chat"],
      env: { TOKLIGENCE_RESPONSES_KEEP_DAYS: "0" },
    });
    try {
      const openai = forgetful.openai();
      const { id } = await openai.responses.create({ model: onWire("openai-chat"), input: "hello" });
      await expect(openai.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
      const on = { model: onWire("openai-chat"), input: "on", previous_response_id: id };
      await expect(openai.responses.create(on)).rejects.toMatchObject({ code: "previous_response_not_found" });
    } finally {
      await forgetful.stop();
    }
  });
});
