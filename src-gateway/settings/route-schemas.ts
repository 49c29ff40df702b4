/** The form of `routes:`. */
import { z } from "zod";
import { SURFACES } from "../ir/protocol.ts";
import { ROUTE_STRATEGIES, SCRIPTS } from "./route-types.ts";

const oneOrMore = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).min(1)]);
const patterns = oneOrMore(z.string().min(1).max(200));
const span = z.string().regex(/^\d{1,2}:\d{2}\s*[-–]\s*\d{1,2}:\d{2}$/);
export const times = oneOrMore(span).describe('Spans of the day, such as "22:00-06:00".');
export const days = oneOrMore(z.string()).describe("Such as mon-fri.");

const content = z.strictObject({
  tools: z.boolean().optional(),
  images: z.boolean().optional(),
  code_over: z.number().min(0).max(1).optional(),
  code_under: z.number().min(0).max(1).optional(),
  characters_over: z.number().min(0).optional(),
  characters_under: z.number().min(0).optional(),
  language: oneOrMore(z.enum(SCRIPTS)).optional(),
  contains: patterns.optional(),
});

const condition = z
  .strictObject({
    surface: oneOrMore(z.enum(SURFACES)).optional(),
    agent: patterns.optional(),
    key: patterns.optional(),
    user: patterns.optional(),
    team: patterns.optional(),
    project: patterns.optional(),
    header: z.record(z.string(), patterns).optional(),
    time: times.optional(),
    days: days.optional(),
    content: content.optional(),
    field: z.record(z.string(), oneOrMore(z.union([z.string(), z.number(), z.boolean()]))).optional(),
  })
  .describe("Everything that is given has to hold.");

const traits = {
  weight: z.number().min(0).max(1_000_000).optional(),
  when: z.union([condition, content]).optional(),
  variant: z.string().optional(),
  cost: z
    .union([z.number().min(0), z.strictObject({ input: z.number().min(0), output: z.number().min(0) })])
    .optional(),
  quality: z.number().min(0).max(1).optional(),
};

const groupOptions = {
  strategy: z.enum(ROUTE_STRATEGIES).optional(),
  explore: z.number().min(0).max(1).optional(),
  min_quality: z.number().min(0).max(1).optional(),
  stick_by: z.enum(["session", "key"]).optional(),
};

const single = z.strictObject({ provider: z.string(), model: z.string().optional(), ...traits });
/** A provider, `provider/model`, one with more to say of it, or a group with a strategy of its own. */
const target: z.ZodType = z.lazy(() => z.union([z.string().min(1), single, group]));
const targets = z.array(target).min(1);
const group = z.strictObject({ targets, ...groupOptions, ...traits });

export const routeSchema = z.strictObject({
  match: patterns.optional().describe("A model name, or a pattern with * and ?."),
  when: condition.optional(),
  targets,
  ...groupOptions,
  strict: z.boolean().optional().describe("A request that would lose something on the way is refused."),
  retry: z
    .strictObject({
      attempts: z.number().int().min(1).max(20).optional(),
      total_ms: z.number().int().min(100).max(86_400_000).optional(),
    })
    .optional(),
  resend: z
    .boolean()
    .optional()
    .describe("Sent again although it may have been accepted, at the risk of paying twice."),
  join: z.boolean().optional().describe("Whether a client's retry may attach to the exchange that is in flight."),
});
