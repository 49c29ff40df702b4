/** The OpenAPI 3.1 description of the admin API, made from the contract; the inference surfaces are named beside it. */
import { RIGHTS } from "../../auth/rights.ts";
import { ERROR_CATALOGUE } from "../../ir/errors.ts";
import { API_PREFIX } from "../contract/api-prefix.ts";
import { AUDIT_EXPORT } from "../contract/audit-endpoints.ts";
import { type Access, ENDPOINTS, type Endpoint, LIVE_EXCHANGES } from "../contract/endpoints.ts";
import { BYTE_ENDPOINTS } from "../contract/log-endpoints.ts";
import { WITHOUT_ACT } from "../contract/without-act.ts";
import { INFERENCE_PATHS } from "./inference-paths.ts";
import { type Components, jsonSchemaOf, type Schema } from "./json-schema.ts";

export type OpenApi = Record<string, unknown> & { paths: Record<string, Record<string, Operation>> };

export interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; schema: Schema; required?: boolean }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, unknown>;
  [more: string]: unknown;
}

const ABOUT = `Users, keys, use, ledger, health and configuration of a Tokligence Gateway.

Times are microseconds since 1970 (\`…Us\`), money is nano-USD. An operation's \`x-right\` is the right that its caller needs.
\`Idempotency-Key\` on a POST has it done once, however often it is sent; \`ETag\` with \`If-None-Match\` spares an answer, and
with \`If-Match\` keeps a change from undoing another one.`;

export function describeApi(version: string): OpenApi {
  const schemas: Components = {};
  const paths: OpenApi["paths"] = {};
  const add = (path: string, method: string, operation: Operation): void => {
    (paths[path] ??= {})[method] = operation;
  };
  for (const [name, endpoint] of Object.entries<Endpoint>(ENDPOINTS))
    add(API_PREFIX + endpoint.path, endpoint.method.toLowerCase(), describeEndpoint(name, endpoint, schemas));
  for (const [name, special] of SPECIALS)
    add(API_PREFIX + special.path, "get", describeSpecial(name, special, schemas));
  for (const [path, { method, ...operation }] of Object.entries(INFERENCE_PATHS)) add(path, method, operation);
  return {
    openapi: "3.1.0",
    info: {
      title: "Tokligence Gateway",
      version,
      description: ABOUT,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: tagsOf(paths),
    security: SECURITY,
    paths,
    components: { schemas: { Error: ERROR_SCHEMA, ...schemas }, responses: RESPONSES, securitySchemes: SCHEMES },
    "x-errors": ERROR_CATALOGUE,
  };
}

const SECURITY = [{ bearer: [] }, { apiKey: [] }, { session: [] }];
const SCHEMES = {
  bearer: { type: "http", scheme: "bearer", description: "A client key, `tok_…`." },
  apiKey: { type: "apiKey", in: "header", name: "x-api-key", description: "The same, in another header." },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "tokligence_session",
    description: "The console's session; what changes something also needs the console's own `Origin`.",
  },
};
const ERROR_SCHEMA = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["message", "type", "code"],
      properties: {
        message: { type: "string", description: "What happened, and what to do." },
        type: { type: "string", enum: [...new Set(Object.values(ERROR_CATALOGUE).map((row) => row.class))] },
        code: { type: "string", enum: Object.keys(ERROR_CATALOGUE) },
      },
    },
  },
};

/** One answer for each status that errors have; the codes are said beside it. */
const RESPONSES = Object.fromEntries(
  [...new Set(Object.values(ERROR_CATALOGUE).map(({ status }) => status))].map((status) => [
    `Error${status}`,
    {
      description: Object.entries(ERROR_CATALOGUE)
        .filter(([, row]) => row.status === status)
        .map(([code]) => `\`${code}\``)
        .join(", "),
      content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
    },
  ]),
);
const errors = (...statuses: number[]): Record<string, unknown> =>
  Object.fromEntries(statuses.map((status) => [String(status), { $ref: `#/components/responses/Error${status}` }]));

function describeEndpoint(name: string, endpoint: Endpoint, schemas: Components): Operation {
  const { method, path, access, summary } = endpoint;
  const hasBody = method !== "GET";
  const body = hasBody ? jsonSchemaOf(endpoint.body, "input", `${name}Body`, schemas) : null;
  const query = jsonSchemaOf(endpoint.query, "input", `${name}Query`, schemas);
  return {
    operationId: name,
    ...aboutAccess(access, summary, hasBody && !(name in WITHOUT_ACT)),
    parameters: [...pathParameters(path), ...queryParameters(query), ...headerParameters(method, access)],
    ...(body === null
      ? {}
      : { requestBody: { required: needsBody(body), content: { "application/json": { schema: body } } } }),
    responses: {
      "200": {
        description: "What was asked for.",
        ...(method === "GET" ? { headers: { ETag: { schema: { type: "string" } } } } : {}),
        content: {
          "application/json": { schema: jsonSchemaOf(endpoint.reply, "output", `${name}Reply`, schemas) },
        },
      },
      ...(method === "GET" ? { "304": { description: "The client has it already." } } : {}),
      ...errors(400, ...(access === "public" ? [] : [401, 403]), 404),
      ...(hasBody ? errors(409, 413, 415) : {}),
      ...(["PUT", "PATCH", "DELETE"].includes(method) ? errors(412) : {}),
      ...(method === "POST" && access !== "public" ? errors(422) : {}),
      ...errors(500),
    },
  };
}

const needsBody = (schema: Schema): boolean => Array.isArray(schema["required"]) && schema["required"].length > 0;

function aboutAccess(access: Access, summary: string, isAct: boolean): Record<string, unknown> {
  const tag = access === "public" ? "sessions" : (access.split(":")[0] ?? "");
  if (access === "public") return { summary, tags: [tag], security: [] };
  const right = access in RIGHTS ? RIGHTS[access] : null;
  const who =
    right === null ? "" : ` Lets somebody ${right.what}; \`all\`, \`own\` or \`none\` by role, see \`x-reach\`.`;
  return {
    summary,
    description: `Needs the right \`${access}\`.${who}${isAct ? " It is recorded as an act." : ""}`,
    tags: [tag],
    "x-right": access,
    ...(right === null ? {} : { "x-reach": right.reach }),
  };
}

const pathParameters = (path: string) =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));

function queryParameters(query: Schema) {
  const required = new Set((query["required"] as string[] | undefined) ?? []);
  return Object.entries((query["properties"] as Record<string, Schema> | undefined) ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.has(name),
    schema,
  }));
}

function headerParameters(method: Endpoint["method"], access: Access) {
  const header = (name: string, description: string) => ({
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string", maxLength: 255 },
  });
  if (method === "GET") return [header("If-None-Match", "The `ETag` of the answer that the client has.")];
  if (method !== "POST")
    return [header("If-Match", "The `ETag` of what is to be changed, where its path can be read.")];
  return access === "public"
    ? []
    : [header("Idempotency-Key", "For 24 hours, the same request with the same key is answered again and done once.")];
}

interface Special {
  path: string;
  access: Access;
  summary: string;
  types: string[];
  query?: Endpoint["query"];
}

const SPECIALS: [string, Special][] = [
  ["followExchanges", { ...LIVE_EXCHANGES, summary: "Exchanges as they are closed", types: ["text/event-stream"] }],
  [
    "getRequestBody",
    { ...BYTE_ENDPOINTS.request, summary: "A kept request as it was", types: ["application/json", "text/plain"] },
  ],
  [
    "getResponseBody",
    {
      ...BYTE_ENDPOINTS.response,
      summary: "A kept answer as it was",
      types: ["application/json", "text/event-stream", "text/plain"],
    },
  ],
  [
    "exportExchanges",
    {
      ...BYTE_ENDPOINTS.export,
      summary: "Recorded exchanges as a file",
      types: ["text/csv", "application/x-ndjson", "application/vnd.apache.parquet"],
    },
  ],
  ["exportActs", { ...AUDIT_EXPORT, types: ["text/csv", "application/x-ndjson"] }],
];

function describeSpecial(
  name: string,
  { path, access, summary, types, query }: Special,
  schemas: Components,
): Operation {
  const parameters = query === undefined ? [] : queryParameters(jsonSchemaOf(query, "input", `${name}Query`, schemas));
  return {
    operationId: name,
    ...aboutAccess(access, summary, false),
    parameters: [...pathParameters(path), ...parameters],
    responses: {
      "200": {
        description: "As it is named by its content type.",
        content: Object.fromEntries(types.map((type) => [type, { schema: { type: "string" } }])),
      },
      ...errors(400, 401, 403, 404, 500),
    },
  };
}

function tagsOf(paths: OpenApi["paths"]): { name: string }[] {
  const names = Object.values(paths).flatMap((path) => Object.values(path).flatMap(({ tags }) => tags as string[]));
  return [...new Set(names)].map((name) => ({ name }));
}
