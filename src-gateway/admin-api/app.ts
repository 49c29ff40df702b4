/** The Express app behind `/api/v1` and `/console`: one check of the caller, one of the input, then the handler. */
import type { IncomingMessage, ServerResponse } from "node:http";
import express, { type NextFunction, type Request, type Response } from "express";
import { GatewayError } from "../ir/errors.ts";
import { requestIdOf } from "../ir/exchange-record.ts";
import { createIdSource } from "../lib/ids.ts";
import { mountPlayground } from "./ask-by-hand.ts";
import { type Caller, requireCaller } from "./caller.ts";
import { API_PREFIX } from "./contract/api-prefix.ts";
import { AUDIT_EXPORT } from "./contract/audit-endpoints.ts";
import { type Access, ENDPOINTS, type Endpoint, type EndpointName, LIVE_EXCHANGES } from "./contract/endpoints.ts";
import { BYTE_ENDPOINTS } from "./contract/log-endpoints.ts";
import { OIDC_CALLBACK } from "./contract/sign-in-endpoints.ts";
import type { AdminDeps } from "./deps.ts";
import { serveConsole } from "./handlers/console-files.ts";
import { streamExchanges } from "./live-exchanges.ts";
import { createMount, pathOf } from "./mount-endpoint.ts";
import { finishOidc } from "./oidc-callback.ts";
import { serveDocs, serveOpenApi } from "./openapi/serve-docs.ts";
import { securityHeaders } from "./security-headers.ts";
import { sendActs } from "./send-acts.ts";
import { sendBody, sendExport } from "./send-bytes.ts";
import { sendError } from "./send-error.ts";

export function createAdminApp(deps: AdminDeps): (request: IncomingMessage, response: ServerResponse) => void {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  const nextId = createIdSource(deps.clock);
  app.use(securityHeaders(deps.signIn.publicUrl));
  app.use((_request, response, next) => {
    response.set({
      "cache-control": "no-store",
      "x-request-id": requestIdOf(nextId()),
    });
    next();
  });
  app.use(requireJson);
  app.get(`${API_PREFIX}/openapi.json`, serveOpenApi(deps.version));
  app.use("/api/docs", serveDocs());
  mountLive(app, deps);
  mountBytes(app, deps);
  mountPlayground(app, deps);
  app.get(pathOf(OIDC_CALLBACK), (request, response) => finishOidc(deps, request, response));
  const mount = createMount(app, deps);
  for (const name of Object.keys(ENDPOINTS) as EndpointName[]) mount(name);
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
  mountGet(AUDIT_EXPORT, (...call) => sendActs(deps, ...call));
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
    await streamExchanges(deps, caller, response, recheck);
  });
}

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
