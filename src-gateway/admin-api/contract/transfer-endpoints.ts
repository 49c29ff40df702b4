/** Everything in one file, to another computer and from one. */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";

export const transferItemSchema = z.object({
  part: z.enum(["configuration", "secret", "flag", "setting", "user", "team", "project", "key", "ledger", "note"]),
  name: z.string(),
  /** `left`: stays as it is here, or cannot come along. */
  change: z.enum(["added", "changed", "same", "left"]),
  note: z.string().nullable(),
});
export type TransferItemView = z.infer<typeof transferItemSchema>;

export const transferReportSchema = z.object({
  about: z.object({ createdAt: z.string(), gateway: z.string(), isSealed: z.boolean() }),
  items: z.array(transferItemSchema),
  /** Why nothing can be taken in. */
  problems: z.array(z.string()),
  applied: z.boolean(),
});
export type TransferReportView = z.infer<typeof transferReportSchema>;

const passphrase = z.string().max(1_000);

export const TRANSFER_ENDPOINTS = {
  exportGateway: endpoint(
    "POST",
    "/transfer/export",
    "transfer:run",
    "Write everything but the ledger into one file; sealed and with all keys where a passphrase is given",
    {
      body: z.strictObject({ passphrase: passphrase.optional() }),
      /** Base64. */
      reply: z.object({ fileName: z.string(), content: z.string() }),
    },
  ),
  importGateway: endpoint(
    "POST",
    "/transfer/import",
    "transfer:run",
    "Say what taking such a file in would change, and with `apply` take it in, all of it or nothing",
    {
      body: z.strictObject({
        /** The file in base64. */
        content: z.string(),
        passphrase: passphrase.optional(),
        apply: z.boolean().optional(),
      }),
      reply: transferReportSchema,
    },
  ),
};
