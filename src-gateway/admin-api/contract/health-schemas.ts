/** What is known of providers, keys and models: who is left alone, until when and why. */
import { z } from "zod";

const circuit = z.enum(["closed", "open", "half-open"]);

export const healthSchema = z.object({
  /** What was asked since the start: a key of a provider, with a model. */
  targets: z.array(
    z.object({
      provider: z.string(),
      key: z.string(),
      model: z.string(),
      circuit,
      /** From when on it is asked again; null when it may be asked now. */
      availableAtUs: z.number().nullable(),
      why: z.string().nullable(),
      attempts: z.number(),
      failures: z.number(),
      firstTokenP50Ms: z.number().nullable(),
      tokensPerSecondP50: z.number().nullable(),
      /** What became worse than it used to be, in words. */
      degraded: z.string().nullable(),
    }),
  ),
  /** Those that are not closed. */
  circuits: z.array(
    z.object({
      provider: z.string(),
      /** Null for the whole provider. */
      model: z.string().nullable(),
      circuit,
      availableAtUs: z.number().nullable(),
      why: z.string(),
    }),
  ),
  /** The last ones, oldest first. */
  events: z.array(
    z.object({
      atUs: z.number(),
      kind: z.enum(["down", "recovered", "degraded"]),
      provider: z.string(),
      model: z.string().nullable(),
      key: z.string().nullable(),
      why: z.string().nullable(),
    }),
  ),
});
export type HealthView = z.infer<typeof healthSchema>;
