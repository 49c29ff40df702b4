/**
 * Every endpoint, asked as its own description allows and in ways that it does not: no failure of ours, no hanging, no
 * secret, and no change without an act. FUZZ_RUNS says how often each is asked; more than usual takes another seed each time.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ENDPOINTS } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { WITHOUT_ACT } from "../../../src-gateway/admin-api/contract/without-act.ts";
import { describeApi, type Operation } from "../../../src-gateway/admin-api/openapi/describe-api.ts";
import { hostileText, type JsonSchema, jsonOf, nearly } from "../../support/arbitrary-json.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { rootClient } from "./admin-client.ts";

/** Not asked here, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  followExchanges: "a stream that does not end",
};
const PLANTED = [
  "planted-provider-key-99",
  "planted-auth-secret-0123456789abcdef-0123456789",
  "planted-hook-secret-77",
];
const TIME_LIMIT_MS = 20_000;

const asked = Number(process.env["FUZZ_RUNS"] ?? 0);
const runs = { numRuns: asked || 6, ...(asked ? {} : { seed: 20_261_121 }) };

const api = describeApi("0");
const refs = (api["components"] as { schemas: Record<string, JsonSchema> }).schemas;
const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, { operationId }]) => path.startsWith("/api/v1/") && !(operationId in LEFT_OUT))
    .map(([method, operation]): [string, string, string, Operation] => [
      operation.operationId,
      method,
      path,
      operation,
    ]),
);

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    // Keys and sessions may end in the course of this; whoever asks has to remain an administrator.
    env: {
      TOKLIGENCE_AUTH_DISABLED: "true",
      TOKLIGENCE_AUTH_SECRET: PLANTED[1] ?? "",
      PLANTED_KEY: PLANTED[0] ?? "",
      HOOK_SECRET: PLANTED[2] ?? "",
    },
    config: {
      providers: [{ id: "planted", kind: "openai", base_url: "http://127.0.0.1:9", credential: "env:PLANTED_KEY" }],
    },
  });
  await rootClient(gateway).call("createUser", { body: { email: "ann@example.com" } });
});
afterAll(() => gateway.stop());

interface Question {
  params: string[];
  query: [string, string][];
  body: unknown;
}

const inPath = fc.oneof({ weight: 3, arbitrary: fc.constantFrom("1", "2", "openai", "req_1") }, hostileText());

function questionFor({ parameters = [], requestBody }: Operation): fc.Arbitrary<Question> {
  const inQuery = parameters.filter((parameter) => parameter.in === "query");
  const pairs = inQuery.map(({ name, schema, required }) => {
    const value = fc.oneof(
      {
        weight: 3,
        arbitrary: jsonOf(schema, refs).map((json) => (typeof json === "string" ? json : JSON.stringify(json))),
      },
      hostileText(),
    );
    return fc
      .option(value, { nil: null, freq: required ? 9 : 1 })
      .map((text): [string, string][] => (text === null ? [] : [[name, text]]));
  });
  const extra = fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, fc.tuple(hostileText(), hostileText()));
  const schema = requestBody?.content["application/json"]?.schema;
  return fc.record({
    params: fc.array(inPath, { minLength: 3, maxLength: 3 }),
    query: fc.tuple(fc.tuple(...pairs), extra).map(([own, more]) => [...own.flat(), ...(more === null ? [] : [more])]),
    body:
      schema === undefined
        ? fc.constant(undefined)
        : fc.oneof({ weight: 2, arbitrary: jsonOf(schema, refs) }, nearly(schema, refs)),
  });
}

async function ask(method: string, path: string, { params, query, body }: Question) {
  let place = 0;
  const filled = path.replace(/\{\w+\}/g, () => encodeURIComponent((params[place++] ?? "1").toWellFormed()) || "x");
  const search = new URLSearchParams(query).toString();
  const hasBody = method !== "get";
  const reply = await fetch(`${gateway.url}${filled}${search && `?${search}`}`, {
    method: method.toUpperCase(),
    ...(hasBody ? { headers: { "content-type": "application/json" }, body: JSON.stringify(body ?? {}) } : {}),
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
    redirect: "manual",
  });
  return { status: reply.status, text: await reply.text(), requestId: reply.headers.get("x-request-id") };
}

/** A dot as a part of a path leads elsewhere, by the rules of addresses. */
const leadsElsewhere = ({ params }: Question): boolean => params.some((part) => /^\.{0,2}$/.test(part));

describe.each(operations)("%s", (name, method, path, operation) => {
  it("answers whatever it is asked, and gives no secret away", { timeout: TIME_LIMIT_MS * 3 }, async () => {
    await fc.assert(
      fc.asyncProperty(questionFor(operation), async (question) => {
        fc.pre(!leadsElsewhere(question));
        const { status, text, requestId } = await ask(method, path, question);
        expect({ status, isFailure: status === 500, text: status === 500 ? text : "" }).toEqual({
          status,
          isFailure: false,
          text: "",
        });
        for (const secret of PLANTED) expect(text.includes(secret)).toBe(false);
        if (status < 400 || name.startsWith("get")) return;
        expect(JSON.parse(text)).toMatchObject({ error: { message: expect.any(String), code: expect.any(String) } });
        expect(requestId).toMatch(/^req_/);
      }),
      runs,
    );
  });
});

describe("what was changed meanwhile", () => {
  it("left acts that say what they were", async () => {
    const { items } = await rootClient(gateway).call("listActs", { query: { limit: 500 } });
    const nameless = [...new Set(items.map(({ action }) => action).filter((action) => action.startsWith("api.")))];
    const todo = "have these handlers call `record`, or name them in contract/without-act.ts";
    expect({ todo, nameless }).toEqual({ todo, nameless: [] });
    for (const secret of PLANTED) expect(JSON.stringify(items).includes(secret)).toBe(false);
    expect(await rootClient(gateway).call("verifyActs")).toMatchObject({ isIntact: true });
  });

  it("is not kept from being recorded by a name that there is no more", () => {
    expect(Object.keys(WITHOUT_ACT).filter((name) => !(name in ENDPOINTS))).toEqual([]);
  });
});
