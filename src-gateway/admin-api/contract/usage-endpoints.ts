import { z } from "zod";
import { endpoint, whole } from "./endpoint.ts";

const MAX_BUCKETS = 200;

/** `1790000000000000,1790003600000000`: moments in ascending order. */
const moments = z
  .string()
  .max(MAX_BUCKETS * 18)
  .transform((text) => text.split(",").map(Number))
  .pipe(
    z
      .array(z.number().int().nonnegative())
      .max(MAX_BUCKETS)
      .refine((list) => list.every((moment, place) => place === 0 || moment > (list[place - 1] ?? 0)), {
        message: "moments must ascend",
      }),
  );

const amounts = z.array(z.number());

const seriesSchema = z.object({
  startsUs: amounts,
  groups: z.array(
    z.object({
      /** Null for what has no value, and for the rest. */
      group: z.string().nullable(),
      /** All groups that are too small to be shown by themselves. */
      isRest: z.boolean(),
      requests: amounts,
      failures: amounts,
      unpriced: amounts,
      costNano: amounts,
      input: amounts,
      cacheRead: amounts,
      output: amounts,
    }),
  ),
});

export const USAGE_ENDPOINTS = {
  usageSeries: endpoint("GET", "/usage/series", "usage:read", "Requests, tokens and cost in time, by a dimension", {
    query: z
      .strictObject({
        startsUs: moments,
        toUs: whole,
        groupBy: z.enum(["all", "user", "key", "agent", "project", "model", "provider"]).default("all"),
        limit: z.coerce.number().int().min(1).max(20).default(8),
        userId: whole.optional(),
      })
      .refine(({ startsUs, toUs }) => toUs > (startsUs.at(-1) ?? 0), { message: "toUs must follow the last start" }),
    reply: seriesSchema,
  }),
};
