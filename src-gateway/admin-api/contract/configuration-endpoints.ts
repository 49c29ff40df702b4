/** Changing the configuration while the gateway runs. */
import { z } from "zod";
import { WIRE_PROTOCOLS } from "../../ir/protocol.ts";
import {
  changeNote,
  changeResultSchema,
  documentSchema,
  nounChangeSchema,
  operationSchema,
  revisionSchema,
} from "./configuration-schemas.ts";
import { endpoint, flag, whole } from "./endpoint.ts";
import { pageOf, pageQuery } from "./page.ts";

/** Nothing is changed; the answer says what would be, and what is wrong. */
const check = z.strictObject({ check: flag.optional() });

export const CONFIGURATION_ENDPOINTS = {
  getConfigDocument: endpoint(
    "GET",
    "/config/document",
    "config:read",
    "The configuration that is in force, as text and as a value",
    { reply: documentSchema },
  ),
  putConfigDocument: endpoint(
    "PUT",
    "/config/document",
    "config:write",
    "Replace the configuration; everything wrong is said with line and column, and then nothing is changed",
    {
      query: check,
      body: z.strictObject({ text: z.string().max(900_000), ...changeNote }),
      reply: changeResultSchema,
    },
  ),
  editConfig: endpoint(
    "POST",
    "/config/edits",
    "config:write",
    "Small changes, all or none, that leave comments and layout as they are",
    {
      query: check,
      body: z.strictObject({ operations: z.array(operationSchema).min(1).max(500), ...changeNote }),
      reply: changeResultSchema,
    },
  ),
  useProvider: endpoint(
    "POST",
    "/config/use",
    "config:write",
    "Send what no route names exactly to a provider, for all clients or those of one protocol; null ends that",
    {
      body: z.strictObject({
        provider: z.string().max(100).nullable(),
        protocol: z.enum(WIRE_PROTOCOLS).optional(),
        ...changeNote,
      }),
      reply: changeResultSchema.extend({
        /** Models that a route sends elsewhere by their exact name. */
        stillElsewhere: z.array(z.string()),
      }),
    },
  ),
  listConfigRevisions: endpoint(
    "GET",
    "/config/revisions",
    "config:read",
    "Every version that was in force, newest first",
    {
      query: z.strictObject(pageQuery),
      reply: pageOf(revisionSchema),
    },
  ),
  getConfigRevision: endpoint("GET", "/config/revisions/{id}", "config:read", "One version, with its text", {
    reply: revisionSchema.extend({ text: z.string() }),
  }),
  diffConfig: endpoint("GET", "/config/diff", "config:read", "What differs between two versions", {
    query: z.strictObject({
      from: whole,
      /** What is in force when left out. */
      to: whole.optional(),
    }),
    reply: z.object({
      from: z.number(),
      to: z.number(),
      /** As `diff -u` writes it; empty when they are the same. */
      diff: z.string(),
      changes: z.array(nounChangeSchema),
    }),
  }),
  rollbackConfig: endpoint("POST", "/config/rollback", "config:write", "Put an earlier version in force again", {
    query: check,
    body: z.strictObject({
      to: z.number().int().positive(),
      ...changeNote,
    }),
    reply: changeResultSchema,
  }),
  getConfigSchema: endpoint(
    "GET",
    "/config/schema",
    "public",
    "JSON Schema of gateway.yaml, for editors that check and complete as one types",
    { reply: z.record(z.string(), z.unknown()) },
  ),
};
