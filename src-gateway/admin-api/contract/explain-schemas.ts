/** Where a request would go and why, without one being sent. */
import { z } from "zod";
import { SURFACES, WIRE_PROTOCOLS } from "../../ir/protocol.ts";
import { planSchema } from "./schemas.ts";

const name = z.string().max(200).optional();

/** A request that nobody has made; what is left out it does not have. */
export const questionSchema = z.strictObject({
  model: z.string().min(1).max(500),
  /** From `surface` when left out, and `openai-chat` without one. */
  wire: z.enum(WIRE_PROTOCOLS).optional(),
  /** The conversation of its wire when left out. */
  surface: z.enum(SURFACES).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** What headers say of agent and session counts where these are left out. */
  agent: name,
  session: name,
  project: name,
  /** A client key by id, first letters or name: its user, and what it may choose. */
  key: name,
  team: name,
  /** Now when left out. */
  atUs: z.number().int().nonnegative().optional(),
  /** What the user says, where there is no `body`. */
  text: z.string().optional(),
  body: z.record(z.string(), z.unknown()).optional(),
});
export type ExplainQuestion = z.infer<typeof questionSchema>;

export const explanationSchema = z.object({
  model: z.string(),
  /** After aliases. */
  resolved: z.string(),
  wire: z.enum(WIRE_PROTOCOLS),
  surface: z.enum(SURFACES),
  atUs: z.number(),
  /** What would stand on the record of such a request. */
  plan: planSchema,
  /** Another request of the same kind may go elsewhere. */
  byChance: z.boolean(),
  /** What such a request would be told, where nobody would be asked. */
  error: z.object({ status: z.number(), code: z.string(), message: z.string() }).nullable(),
  policy: z.object({
    attempts: z.number(),
    totalMs: z.number(),
    resend: z.boolean(),
    join: z.boolean(),
    strict: z.boolean(),
  }),
  /** How the targets are, with each key of their providers. */
  health: z.array(
    z.object({
      provider: z.string(),
      key: z.string(),
      model: z.string(),
      /** Null when it may be asked now. */
      availableAtUs: z.number().nullable(),
      why: z.string().nullable(),
      firstTokenP50Ms: z.number().nullable(),
    }),
  ),
});
export type ExplanationView = z.infer<typeof explanationSchema>;
