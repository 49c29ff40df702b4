/** One endpoint of the contract on the app: who asks, what they ask, whether it was asked before, and the answer. */
import express, { type NextFunction, type Request, type Response } from "express";
import type { z } from "zod";
import { GatewayError } from "../ir/errors.ts";
import { type Answer, answerOnce } from "./answer-once.ts";
import { type Caller, requireCaller, requireRight } from "./caller.ts";
import { API_PREFIX } from "./contract/api-prefix.ts";
import { ENDPOINTS, type Endpoint, type EndpointName } from "./contract/endpoints.ts";
import { LARGE_BODY_PATHS } from "./contract/ledger-endpoints.ts";
import type { AdminDeps } from "./deps.ts";
import { createTurns, etagOf, isKnown, requireMatch } from "./etag.ts";
import { HANDLERS } from "./handlers/all.ts";
import { recorderOf } from "./recorder.ts";

interface Call {
  name: EndpointName;
  deps: AdminDeps;
  caller: Caller | null;
  query: unknown;
  body: unknown;
  request: Request;
  response: Response;
}

const readJson = express.json({ limit: "1mb", strict: true });
const readLargeJson = express.json({ limit: "32mb", strict: true });

export const pathOf = (endpoint: Pick<Endpoint, "path">): string =>
  API_PREFIX + endpoint.path.replace(/\{(\w+)\}/g, ":$1");

export function createMount(app: express.Express, deps: AdminDeps): (name: EndpointName) => void {
  const inTurn = createTurns();
  return (name) => {
    const endpoint: Endpoint = ENDPOINTS[name];
    const method = endpoint.method.toLowerCase() as "get" | "post" | "put" | "patch" | "delete";
    // Before the body is read: strangers may not make us work.
    const authenticate = async (request: Request, response: Response, next: NextFunction): Promise<void> => {
      response.locals["caller"] = await requireCaller(request, response, endpoint.access, deps);
      next();
    };
    const readBody = LARGE_BODY_PATHS.includes(endpoint.path) ? readLargeJson : readJson;
    app[method](pathOf(endpoint), authenticate, readBody, async (request: Request, response: Response) => {
      const caller = response.locals["caller"] as Caller | null;
      const { query, body } = request;
      const call: Call = { name, deps, caller, query, body, request, response };
      const ifMatch = request.headers["if-match"];
      if (ifMatch === undefined || method === "get" || method === "post") return send(call, await answer(call));
      await inTurn(request.path, async () => {
        requireMatch(ifMatch, await versionOf(call));
        send(call, await answer(call));
      });
    });
  };
}

const answer = (call: Call): Promise<Answer> =>
  answerOnce(call.deps, call.caller, call.request, async () => ({ status: 200, body: await work(call) }));

async function work(call: Call): Promise<string> {
  const { name, deps, caller, request, response } = call;
  const endpoint: Endpoint = ENDPOINTS[name];
  const query = check(endpoint.query, call.query);
  const body = check(endpoint.body, call.body ?? {});
  const recorder = recorderOf(deps, caller, request, response);
  const handler = HANDLERS[name] as (input: unknown) => Promise<unknown>;
  const { params } = request;
  const reply = await handler({ deps, caller, params, query, body, record: recorder.record, request, response });
  await recorder.recordRest(name, endpoint.method, params);
  // What the contract does not name stays inside.
  return JSON.stringify(endpoint.reply.parse(reply));
}

function send({ name, request, response }: Call, { status, body, isReplayed = false }: Answer): void {
  response.status(status).type("application/json");
  if (isReplayed) response.set("idempotency-replayed", "true");
  if (ENDPOINTS[name].method === "GET" && status === 200) {
    const etag = etagOf(body);
    response.set("etag", etag);
    if (isKnown(request.headers["if-none-match"], etag)) {
      response.status(304).end();
      return;
    }
  }
  response.send(body);
}

/** Of what the path shows when it is read. @throws GatewayError invalid_request where it cannot be read. */
async function versionOf(call: Call): Promise<string> {
  const { path } = ENDPOINTS[call.name];
  const name = (Object.keys(ENDPOINTS) as EndpointName[]).find((other) => {
    const endpoint = ENDPOINTS[other];
    return endpoint.method === "GET" && endpoint.path === path;
  });
  if (name === undefined) {
    throw new GatewayError("invalid_request", "What is at this path has no version. Send it without if-match.", {
      param: "if-match",
    });
  }
  const { access } = ENDPOINTS[name] as Endpoint;
  if (call.caller !== null && access !== "public") await requireRight(call.caller, access, call.deps);
  return etagOf(await work({ ...call, name, query: {}, body: {} }));
}

/** @throws GatewayError invalid_request that names the field. */
function check(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  const what = field === "" ? "The input" : `"${field.slice(0, 200)}"`;
  throw new GatewayError("invalid_request", `${what} is not valid: ${issue?.message ?? "unknown problem"}.`, {
    param: field,
  });
}
