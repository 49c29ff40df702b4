/** The Express app behind `/api/v1` and `/console`: one check of the caller, one of the input, then the handler. */
import type { IncomingMessage, ServerResponse } from "node:http";
import express, { type NextFunction, type Request, type Response } from "express";
import type { z } from "zod";
import { GatewayError } from "../ir/errors.ts";
import { requestIdOf } from "../ir/exchange-record.ts";
import { createIdSource } from "../lib/ids.ts";
import { type Caller, requireCaller } from "./caller.ts";
import {
  type Access,
  API_PREFIX,
  ENDPOINTS,
  type Endpoint,
  type EndpointName,
  LIVE_EXCHANGES,
} from "./contract/endpoints.ts";
import { LARGE_BODY_PATHS } from "./contract/ledger-endpoints.ts";
import { BYTE_ENDPOINTS } from "./contract/log-endpoints.ts";
import type { AdminDeps } from "./deps.ts";
import { HANDLERS } from "./handlers/all.ts";
import { serveConsole } from "./handlers/console-files.ts";
import { streamExchanges } from "./live-exchanges.ts";
import { recorderOf } from "./recorder.ts";
import { sendBody, sendExport } from "./send-bytes.ts";
import { sendError } from "./send-error.ts";

export function createAdminApp(deps: AdminDeps): (request: IncomingMessage, response: ServerResponse) => void {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  const nextId = createIdSource(deps.clock);
  app.use((_request, response, next) => {
    response.set({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
      "x-request-id": requestIdOf(nextId()),
    });
    next();
  });
  app.use(requireJson);
  mountLive(app, deps);
  mountBytes(app, deps);
  for (const name of Object.keys(ENDPOINTS) as EndpointName[]) mount(app, name, deps);
  app.use(API_PREFIX, refuseMethod);
  app.use("/console", serveConsole());
  app.use((_request, _response, next) =>
    next(new GatewayError("not_found", "There is nothing at this path of the admin API.")),
  );
  app.use((thrown: unknown, request: Request, response: Response, _next: NextFunction) =>
    sendError(deps, thrown, request, response),
  );
  return app;
}

function mountBytes(app: express.Express, deps: AdminDeps): void {
  const { request: asked, response: answered, export: exported } = BYTE_ENDPOINTS;
  const mountGet = (
    { path, access }: { path: string; access: Access },
    send: (caller: Caller | null, request: Request, response: Response) => Promise<void>,
  ): void => {
    app.get(pathOf({ path }), async (request, response) =>
      send(await requireCaller(request, response, access, deps), request, response),
    );
  };
  mountGet(exported, (...call) => sendExport(deps, ...call));
  mountGet(asked, (...call) => sendBody("request", deps, ...call));
  mountGet(answered, (...call) => sendBody("response", deps, ...call));
}

function mountLive(app: express.Express, deps: AdminDeps): void {
  app.get(API_PREFIX + LIVE_EXCHANGES.path, async (request, response) => {
    const ask = () => requireCaller(request, response, LIVE_EXCHANGES.access, deps);
    const caller = await ask();
    const recheck = () =>
      ask().then(
        (now) => now?.role === caller?.role,
        () => false,
      );
    streamExchanges(deps, caller, response, recheck);
  });
}

function mount(app: express.Express, name: EndpointName, deps: AdminDeps): void {
  const endpoint: Endpoint = ENDPOINTS[name];
  const method = endpoint.method.toLowerCase() as "get" | "post" | "patch" | "delete";
  // Before the body is read: strangers may not make us work.
  const authenticate = async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    response.locals["caller"] = await requireCaller(request, response, endpoint.access, deps);
    next();
  };
  const readBody = LARGE_BODY_PATHS.includes(endpoint.path) ? readLargeJson : readJson;
  app[method](pathOf(endpoint), authenticate, readBody, async (request: Request, response: Response) => {
    const caller = response.locals["caller"] as Caller | null;
    const query = check(endpoint.query, request.query);
    const body = check(endpoint.body, request.body ?? {});
    const handler = HANDLERS[name] as (input: unknown) => Promise<unknown>;
    const record = recorderOf(deps, caller, request, response);
    const reply = await handler({ deps, caller, params: request.params, query, body, record, request, response });
    // What the contract does not name stays inside.
    response.json(endpoint.reply.parse(reply));
  });
}

const readJson = express.json({ limit: "1mb", strict: true });
const readLargeJson = express.json({ limit: "32mb", strict: true });

const pathOf = (endpoint: Pick<Endpoint, "path">): string => API_PREFIX + endpoint.path.replace(/\{(\w+)\}/g, ":$1");

/** A known path that was asked in a way it does not take. */
function refuseMethod(request: Request, response: Response, next: NextFunction): void {
  const path = request.path.replace(/\/+$/, "");
  const methods = Object.values<Endpoint>(ENDPOINTS)
    .filter((endpoint) => new RegExp(`^${endpoint.path.replace(/\{\w+\}/g, "[^/]+")}$`).test(path))
    .map((endpoint) => endpoint.method);
  if (methods.length === 0) return next();
  response.set("allow", methods.join(", "));
  next(new GatewayError("method_not_allowed", `This path takes ${methods.join(" and ")}, not ${request.method}.`));
}

/** @throws GatewayError invalid_request that names the field. */
function check(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  const what = field === "" ? "The input" : `"${field}"`;
  throw new GatewayError("invalid_request", `${what} is not valid: ${issue?.message ?? "unknown problem"}.`, {
    param: field,
  });
}

/** A page of another origin can send other content types without asking first. */
function requireJson(request: Request, _response: Response, next: NextFunction): void {
  if (request.method === "GET" || request.method === "HEAD") return next();
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type === "application/json") return next();
  next(
    new GatewayError("unsupported_media_type", 'Send the header "content-type: application/json".', {
      param: "content-type",
    }),
  );
}
