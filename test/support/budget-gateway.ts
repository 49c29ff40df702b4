/** A gateway with budgets between clients and two providers that count what they are asked; all of it ends with its test. */
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { ReplyOf } from "../../src-gateway/admin-api/contract/endpoints.ts";
import { startTestGateway, type TestGateway } from "./gateway.ts";
import { json, type RawProvider, type RawRequest, startRawProvider } from "./raw-provider.ts";
import { until } from "./until.ts";

export let provider: RawProvider;
export let other: RawProvider;
beforeAll(async () => {
  [provider, other] = await Promise.all([startRawProvider(), startRawProvider()]);
});
afterAll(() => Promise.all([provider.stop(), other.stop()]));
beforeEach(() => {
  for (const each of [provider, other]) {
    each.requests.length = 0;
    each.respond = answer();
  }
});

export let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

/** Each answer uses a thousand tokens of input and ten of output: $0.0011 at the prices below. */
const USED = { prompt_tokens: 1_000, completion_tokens: 10 };
export const COST = 0.0011;
export const TOKENS = 1_010;

export const answer =
  (usage: object | null = USED): RawProvider["respond"] =>
  (request, response) => {
    const { model, stream } = JSON.parse(request.body.toString()) as { model: string; stream?: boolean };
    if (!stream) {
      const message = { role: "assistant", content: "hi" };
      return json({ id: "x", model, choices: [{ index: 0, message, finish_reason: "stop" }], usage })(
        request,
        response,
      );
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const choice = { index: 0, delta: { content: "hi" }, finish_reason: "stop" };
    response.end(`data: ${JSON.stringify({ model, choices: [choice], usage })}\n\ndata: [DONE]\n\n`);
  };

const instance = (id: string, at: RawProvider, models: string[], more: object = {}) => ({
  id,
  kind: "openai-compatible",
  base_url: `${at.url}/v1`,
  models,
  ...more,
});
export const configOf = (limits: object) => ({
  providers: [instance("p", provider, ["m", "cheap"]), instance("q", other, ["small"])],
  prices: [
    { provider: "p", model: "m", input: "1", output: "10" },
    { provider: "p", model: "cheap", input: "0.1", output: "0.1" },
    { provider: "q", model: "small", input: "0.1", output: "0.1" },
  ],
  ...limits,
});

export async function start(limits: object, more: { env?: object; dataDir?: string } = {}): Promise<TestGateway> {
  const { env = {}, ...where } = more;
  const gateway = await startTestGateway({
    config: configOf(limits),
    env: { TOKLIGENCE_KEEP_ALIVE_MS: "40", ...env },
    ...where,
  });
  let isStopped = false;
  const { stop } = gateway;
  gateway.stop = async () => {
    if (!isStopped) await stop();
    isStopped = true;
  };
  stops.push(() => gateway.stop());
  return gateway;
}

let tags = 0;
/** So long that the estimate is a little more than what is used. */
export const bodyOf = (more: object = {}): object => ({
  model: "m",
  max_tokens: 10,
  messages: [{ role: "user", content: `hello ${++tags} ${"x".repeat(3_000)}` }],
  ...more,
});
export const ask = (gateway: TestGateway, more: object = {}, headers: Record<string, string> = {}): Promise<Response> =>
  gateway.post("/v1/chat/completions", bodyOf(more), headers);
/** The rows are written and the reservations settled. */
export const finished = async (gateway: TestGateway, reply: Response): Promise<void> => {
  await reply.arrayBuffer();
  await gateway.recordOf(reply);
};
export const asked = ({ requests }: RawProvider, tag = ""): RawRequest[] =>
  requests.filter(({ body, method }) => method === "POST" && body.includes(tag));

export const admin = async <Answer>(gateway: TestGateway, path: string, body?: object): Promise<Answer> => {
  const reply = await fetch(`${gateway.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
    ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
  });
  return (await reply.json()) as Answer;
};
export const budgetsOf = (gateway: TestGateway): Promise<ReplyOf<"listBudgets">> => admin(gateway, "/budgets");
export const asksOf = (gateway: TestGateway): Promise<ReplyOf<"listBudgetAsks">> => admin(gateway, "/budgets/asks");
/** What is spent of the only budget once nothing is reserved any more, in its own unit. */
export const spentOf = async (gateway: TestGateway): Promise<number> => {
  let found: ReplyOf<"listBudgets">["budgets"][number] | undefined;
  await until(async () => {
    [found] = (await budgetsOf(gateway)).budgets;
    return found?.held === 0;
  }, 5);
  return found?.spent ?? -1;
};
export const nano = (dollars: number): number => Math.round(dollars * 1e9);

export const post = (gateway: TestGateway, key: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify(bodyOf()),
  });
