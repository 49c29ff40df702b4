import { once } from "node:events";
import type { Request, Response } from "express";
import { ACT_EXPORT_TYPES, exportActs } from "../audit/export-acts.ts";
import { GatewayError } from "../ir/errors.ts";
import type { Caller } from "./caller.ts";
import { AUDIT_EXPORT } from "./contract/audit-endpoints.ts";
import type { AdminDeps } from "./deps.ts";
import { actFilterOf } from "./handlers/audit.ts";
import { recorderOf } from "./recorder.ts";

/** The log of acts as a file; that somebody took it is an act, too. */
export async function sendActs(
  deps: AdminDeps,
  caller: Caller | null,
  request: Request,
  response: Response,
): Promise<void> {
  const asked = AUDIT_EXPORT.query.safeParse(request.query);
  if (!asked.success)
    throw new GatewayError("invalid_request", 'Name a "format": csv or jsonl. Filters are those of the list of acts.');
  const { format, ...filter } = asked.data;
  await recorderOf(deps, caller, request, response).record({
    action: "audit.export",
    target: { kind: "audit_log", id: null, name: null },
    before: null,
    after: { format, ...filter },
  });
  response.set({
    "content-type": ACT_EXPORT_TYPES[format],
    "content-disposition": `attachment; filename="audit.${format}"`,
  });
  for await (const piece of exportActs(deps.acts.all(actFilterOf(filter)), format)) {
    if (response.destroyed) return;
    if (!response.write(piece)) await Promise.race([once(response, "drain"), once(response, "close")]);
  }
  response.end();
}
