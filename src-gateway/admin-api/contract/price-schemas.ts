/** What models cost at the providers that have them. */
import { z } from "zod";
import type { Billing } from "../../prices/types.ts";

const BILLINGS = ["metered", "free", "subscription"] as const satisfies readonly Billing[];

export const priceQuestionSchema = z.strictObject({
  /** All that the providers list when left out. */
  model: z.string().min(1).max(300).optional(),
  /** Id of an instance, or a kind of provider. */
  provider: z.string().min(1).max(100).optional(),
  /** Now when left out. */
  atUs: z.coerce.number().int().nonnegative().optional(),
});
export type PriceQuestion = z.infer<typeof priceQuestionSchema>;

const unitPriceSchema = z.object({
  part: z.string(),
  name: z.string(),
  /** Micro-USD for a million of what is counted. */
  microsPerMillion: z.number(),
  /** `$3.00 per million tokens`. */
  text: z.string(),
});

export const priceSchema = z.object({
  provider: z.string(),
  model: z.string(),
  /** Null where no price is known. */
  billing: z.enum(BILLINGS).nullable(),
  /** Why none is known. */
  why: z.string().nullable(),
  /** Where it is from, for example `genai-prices 0.1.8`, and the row there. */
  source: z.string().nullable(),
  priceProvider: z.string().nullable(),
  priceModel: z.string().nullable(),
  since: z.string().nullable(),
  hours: z.string().nullable(),
  note: z.string().nullable(),
  /** Each holds for requests with more input tokens than it says; the first one for all. */
  tiers: z.array(z.object({ aboveTokens: z.number(), prices: z.array(unitPriceSchema) })),
  /** In millionths; already within the prices. */
  factors: z.array(z.object({ name: z.string(), millionths: z.number() })),
});
export type PriceView = z.infer<typeof priceSchema>;

export const pricesSchema = z.object({
  /** The sources of prices, the one that counts most first. */
  version: z.string(),
  /** Why the price file or the newest data are not in use; null when they are. */
  problem: z.string().nullable(),
  prices: z.array(priceSchema),
});
export type PricesView = z.infer<typeof pricesSchema>;
