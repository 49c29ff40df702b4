/** The description as JSON, and as a page to read and try it on: everything it needs comes from the gateway itself. */
import express, { type Request, type Response, type Router } from "express";
import { describeApi, type OpenApi } from "./describe-api.ts";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tokligence Gateway: API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

/** No address of elsewhere: neither a validator's nor the ones of other descriptions. */
const START = `SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
  queryConfigEnabled: false,
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  tagsSorter: "alpha",
  persistAuthorization: false,
});
`;

export function serveOpenApi(version: string): (request: Request, response: Response) => void {
  let description: OpenApi | null = null;
  return (_request, response) => {
    description ??= describeApi(version);
    response.json(description);
  };
}

export function serveDocs(): Router {
  const router = express.Router();
  const send =
    (type: string, text: () => string | Promise<string>) => async (_request: Request, response: Response) => {
      response.set({ "content-security-policy": POLICY, "x-frame-options": "DENY", "cache-control": "no-cache" });
      response.type(type).send(await text());
    };
  router.get(
    "/",
    send("html", () => PAGE),
  );
  router.get(
    "/start.js",
    send("js", () => START),
  );
  router.get(
    "/swagger-ui.css",
    send("css", async () => (await import("swagger-ui-dist/swagger-ui.css?raw")).default),
  );
  router.get(
    "/swagger-ui-bundle.js",
    send("js", async () => (await import("swagger-ui-dist/swagger-ui-bundle.js?raw")).default),
  );
  return router;
}
