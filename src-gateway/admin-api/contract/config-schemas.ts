/** What the gateway was told: its settings, providers, routes and aliases. */
import { z } from "zod";
import { providerSchema } from "./schemas.ts";

/** A target, or a group of them with a strategy of its own. */
export interface RouteTargetView {
  provider?: string | undefined;
  model?: string | undefined;
  weight?: number | undefined;
  variant?: string | undefined;
  quality?: number | undefined;
  cost?: { input: number; output: number } | undefined;
  when?: unknown;
  strategy?: string | undefined;
  targets?: RouteTargetView[] | undefined;
  explore?: number | undefined;
  minQuality?: number | undefined;
  stickBy?: "session" | "key" | undefined;
}
/** What only some strategies know. */
const groupOptions = {
  explore: z.number().optional(),
  minQuality: z.number().optional(),
  stickBy: z.enum(["session", "key"]).optional(),
};
const routeTargetSchema: z.ZodType<RouteTargetView> = z.lazy(() =>
  z.object({
    provider: z.string().optional(),
    model: z.string().optional(),
    weight: z.number().optional(),
    variant: z.string().optional(),
    quality: z.number().optional(),
    cost: z.object({ input: z.number(), output: z.number() }).optional(),
    when: z.unknown().optional(),
    strategy: z.string().optional(),
    targets: z.array(routeTargetSchema).optional(),
    ...groupOptions,
  }),
);

export const configSchema = z.object({
  version: z.number(),
  file: z.string().nullable(),
  settings: z.array(
    z.object({
      key: z.string(),
      value: z.string(),
      source: z.string(),
      /** What it is, as the documentation says it; empty where the table has no such row. */
      about: z.string(),
      /** What is used when nobody sets it, in words. */
      standard: z.string().nullable(),
      /** The environment variable that sets it. */
      env: z.string().nullable(),
    }),
  ),
  providers: z.array(providerSchema),
  routes: z.array(
    z.object({
      match: z.string(),
      /** It names no model: it is about requests, whatever they ask for. */
      anyModel: z.boolean().optional(),
      strategy: z.string(),
      when: z.unknown().optional(),
      targets: z.array(routeTargetSchema),
      ...groupOptions,
      strict: z.boolean().optional(),
      policy: z
        .object({
          attempts: z.number().optional(),
          totalMs: z.number().optional(),
          resend: z.boolean().optional(),
          join: z.boolean().optional(),
        })
        .optional(),
      where: z.string(),
    }),
  ),
  aliases: z.record(z.string(), z.string()),
  problem: z.string().nullable(),
});
export type ConfigView = z.infer<typeof configSchema>;
