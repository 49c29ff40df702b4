/** What keeps a gateway, or several on one database, going. */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";

const limitSchema = z.object({
  kind: z.enum(["process", "client-key", "provider", "provider-key"]),
  /** Of what; empty for the process. */
  name: z.string(),
  inFlight: z.number(),
  waiting: z.number(),
  /** Null when the limit is off. */
  maximum: z.number().nullable(),
});

const operationsSchema = z.object({
  /** The gateways on this database. */
  replicas: z.array(
    z.object({
      id: z.number(),
      host: z.string(),
      pid: z.number(),
      startedAtUs: z.number(),
      lastSeenUs: z.number(),
      /** False for one that fell silent without saying that it stops. */
      isAlive: z.boolean(),
      /** The one that answers this. */
      isSelf: z.boolean(),
    }),
  ),
  /** Of the gateway that answers; null when none runs. */
  admission: z
    .object({ inFlight: z.number(), waiting: z.number(), bytes: z.number(), limits: z.array(limitSchema) })
    .nullable(),
  ledger: z.object({
    recordsWaiting: z.number(),
    lagMs: z.number(),
    /** Bytes of records that wait in a file because the database could not take them. */
    spooledBytes: z.number(),
  }),
  /** How ClickHouse is fed; null where none is wanted. */
  analytics: z
    .object({
      is: z.enum(["starting", "feeding", "standing", "other"]),
      behind: z.number(),
      standingSinceUs: z.number().nullable(),
      problem: z.string().nullable(),
    })
    .nullable(),
});
export type OperationsView = z.infer<typeof operationsSchema>;

export const OPERATIONS_ENDPOINTS = {
  getOperations: endpoint(
    "GET",
    "/gateway/operations",
    "metrics:read",
    "The gateways on this database, who waits to be let in, what is still to be written, and how ClickHouse is fed",
    { reply: operationsSchema },
  ),
};
