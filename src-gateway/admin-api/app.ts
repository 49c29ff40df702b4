/** The Express app behind `/api/v1` and `/console`: one check of the caller, one of the input, then the handler. */
import type { IncomingMessage, ServerResponse } from "node:http";
import express, { type NextFunction, type Request, type Response } from "express";
import type { z } from "zod";
import { GatewayError, toGatewayError } from "../ir/errors.ts";
import { requireCaller } from "./caller.ts";
import { serveConsole } from "./console-files.ts";
import { API_PREFIX, type Endpoint, ENDPOINTS, type EndpointName } from "./contract/endpoints.ts";
import type { AdminDeps } from "./deps.ts";
import { exchangeHandlers } from "./handlers/exchanges.ts";
import { gatewayHandlers } from "./handlers/gateway.ts";
import { signInHandlers } from "./handlers/sign-in.ts";
import type { Handlers } from "./handlers/types.ts";
import { userHandlers } from "./handlers/users.ts";
import { streamExchanges } from "./live-exchanges.ts";

const HANDLERS: Handlers = { ...userHandlers, ...exchangeHandlers, ...gatewayHandlers, ...signInHandlers };

export function createAdminApp(deps: AdminDeps): (request: IncomingMessage, response: ServerResponse) => void {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use((_request, response, next) => {
    response.set({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cache-control": "no-store" });
    next();
  });
  app.use(requireJson, express.json({ limit: "1mb", strict: true }));
  app.get(`${API_PREFIX}/exchanges/live`, (request, response) => {
    streamExchanges(deps, requireCaller(request, "user", deps), response);
  });
  for (const name of Object.keys(ENDPOINTS) as EndpointName[]) mount(app, name, deps);
  app.use("/console", serveConsole());
  app.use((_request, _response, next) => next(new GatewayError("not_found", "There is nothing at this path of the admin API.")));
  app.use((thrown: unknown, request: Request, response: Response, _next: NextFunction) => sendError(deps, thrown, request, response));
  return app as unknown as (request: IncomingMessage, response: ServerResponse) => void;
}

function mount(app: express.Express, name: EndpointName, deps: AdminDeps): void {
  const endpoint: Endpoint = ENDPOINTS[name];
  const path = API_PREFIX + endpoint.path.replace(/\{(\w+)\}/g, ":$1");
  const method = endpoint.method.toLowerCase() as "get" | "post" | "patch" | "delete";
  app[method](path, async (request: Request, response: Response) => {
    const caller = requireCaller(request, endpoint.access, deps);
    const query = check(endpoint.query, request.query);
    const body = check(endpoint.body, request.body ?? {});
    const handler = HANDLERS[name] as (input: unknown) => Promise<unknown>;
    const reply = await handler({ deps, caller, params: request.params, query, body, request, response });
    response.json(reply);
  });
}

/** @throws GatewayError invalid_request that names the field. */
function check(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  throw new GatewayError("invalid_request", `${field === "" ? "The input" : `"${field}"`} is not valid: ${issue?.message ?? "unknown problem"}.`, { param: field });
}

/** A page of another origin can send other content types without asking first. */
function requireJson(request: Request, _response: Response, next: NextFunction): void {
  if (request.method === "GET" || request.method === "HEAD" || request.is("application/json")) return next();
  next(new GatewayError("unsupported_media_type", 'Send the header "content-type: application/json".', { param: "content-type" }));
}

function sendError(deps: AdminDeps, thrown: unknown, request: Request, response: Response): void {
  const { type } = thrown as { type?: string };
  const error =
    type === "entity.too.large"
      ? new GatewayError("body_too_large", "The body is larger than 1 MiB.")
      : type === "entity.parse.failed" || type === "encoding.unsupported" || type === "charset.unsupported"
        ? new GatewayError("invalid_json", "The body is not JSON that can be read.")
        : toGatewayError(thrown);
  if (error.code === "internal_error") deps.log.error({ err: thrown, path: request.path }, "an admin request failed");
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.status(error.status).json({ error: { message: error.message, type: error.class, code: error.code } });
}
