/** The endpoints that answer with bytes: a body as it was, and the log as a file, however long that is. */
import { once } from "node:events";
import type { Request, Response } from "express";
import { GatewayError } from "../ir/errors.ts";
import { EXPORT_TYPES, exportRows } from "../request-log/export-rows.ts";
import { type Caller, isAdmin } from "./caller.ts";
import { BYTE_ENDPOINTS } from "./contract/log-endpoints.ts";
import type { AdminDeps } from "./deps.ts";
import { findBody } from "./handlers/logged-bodies.ts";

export async function sendBody(
  part: "request" | "response",
  deps: AdminDeps,
  caller: Caller | null,
  { params }: Request,
  response: Response,
): Promise<void> {
  const { stored } = await findBody(deps, caller, String(params["id"]));
  const { head } = stored;
  const bytes = part === "request" ? stored.request : stored.answer;
  if (bytes === null)
    throw new GatewayError("not_found", `No ${part} of it was kept: it had none, or none that is text.`);
  const type = part === "request" ? (head.headers["content-type"] ?? null) : head.answerIsText ? null : head.answerType;
  response.set({
    "content-type": harmlessType(type),
    "x-tokligence-cut": String(part === "request" ? head.requestIsCut : head.answerIsCut),
  });
  // Not through `send`, which would add a charset of its own.
  response.end(bytes);
}

/** What a browser would run is shown as text. */
const harmlessType = (type: string | null): string =>
  type !== null && /^(?:application\/(?:[\w.-]+\+)?json|text\/event-stream|application\/x-ndjson)\b/i.test(type)
    ? type
    : "text/plain; charset=utf-8";

export async function sendExport(
  deps: AdminDeps,
  caller: Caller | null,
  request: Request,
  response: Response,
): Promise<void> {
  const asked = BYTE_ENDPOINTS.export.query.safeParse(request.query);
  if (!asked.success) {
    throw new GatewayError(
      "invalid_request",
      'Name a "format": csv, jsonl or parquet. "fromUs" and "toUs" are microseconds.',
    );
  }
  const { format, fromUs, toUs } = asked.data;
  const filter = {
    ...(fromUs === undefined ? {} : { fromUs }),
    ...(toUs === undefined ? {} : { toUs }),
    ...(caller && !isAdmin(caller) ? { userId: caller.userId } : {}),
  };
  response.set({
    "content-type": EXPORT_TYPES[format],
    "content-disposition": `attachment; filename="exchanges.${format}"`,
  });
  for await (const piece of exportRows(deps.requestLog, format, filter)) {
    if (response.destroyed) return;
    if (!response.write(piece)) await Promise.race([once(response, "drain"), once(response, "close")]);
  }
  response.end();
}
