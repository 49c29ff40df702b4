/** What can be done with bodies that the request log has kept. */
import { z } from "zod";
import { endpoint, whole } from "./endpoint.ts";

const side = z.object({
  id: z.number(),
  requestId: z.string(),
  model: z.string().nullable(),
  provider: z.string().nullable(),
});

export const diffSchema = z.object({
  left: side,
  right: side,
  isSame: z.boolean(),
  /** A side is null where only the other one has a line. */
  lines: z.array(z.object({ left: z.string().nullable(), right: z.string().nullable() })),
});
export type DiffView = z.infer<typeof diffSchema>;

const shownPart = z.object({
  kind: z.enum(["text", "image", "document", "audio", "video", "refusal", "thinking", "call", "result", "native"]),
  /** What it says, the arguments of a call, the result of a tool. */
  text: z.string(),
  isCut: z.boolean(),
  name: z.string().nullable(),
  callId: z.string().nullable(),
  isError: z.boolean(),
});

const conversationSchema = z.object({
  turns: z.array(z.object({ role: z.enum(["system", "user", "assistant"]), parts: z.array(shownPart) })),
  tools: z.array(z.string()),
  answer: z.object({ parts: z.array(shownPart), finish: z.string(), model: z.string().nullable() }).nullable(),
  /** Why there are no turns, or no answer, to be read. */
  problem: z.string().nullable(),
  answerProblem: z.string().nullable(),
});

export const LOG_ENDPOINTS = {
  conversationOfExchange: endpoint(
    "GET",
    "/exchanges/{id}/conversation",
    "exchanges:read",
    "What was said in a kept request and its answer, whatever the wire",
    { reply: conversationSchema },
  ),
  replayExchange: endpoint(
    "POST",
    "/exchanges/{id}/replay",
    "exchanges:run",
    "Send a kept request once more, as a new exchange; elsewhere where a provider or a model is named",
    {
      body: z.strictObject({
        provider: z.string().min(1).max(100).optional(),
        model: z.string().min(1).max(500).optional(),
      }),
      reply: z.object({ id: z.number(), requestId: z.string() }),
    },
  ),
  diffAnswers: endpoint("GET", "/exchanges/{id}/diff", "exchanges:read", "What two answers say, side by side", {
    query: z.strictObject({ with: z.string().max(50) }),
    reply: diffSchema,
  }),
  curlOfExchange: endpoint(
    "GET",
    "/exchanges/{id}/curl",
    "exchanges:read",
    "A kept request as a command, without a key",
    {
      reply: z.object({ command: z.string() }),
    },
  ),
  pruneBodies: endpoint(
    "POST",
    "/exchanges/prune",
    "exchanges:run",
    "Remove bodies that are too old or too much, as the settings say where nothing is named",
    {
      body: z.strictObject({ beforeUs: whole.optional(), maxBytes: whole.optional() }),
      reply: z.object({ bodies: z.number(), bytes: z.number() }),
    },
  ),
};

/** Answered with bytes, not with JSON of ours: a body as it was, or a file of rows. */
export const BYTE_ENDPOINTS = {
  request: { path: "/exchanges/{id}/request", access: "exchanges:read" },
  response: { path: "/exchanges/{id}/response", access: "exchanges:read" },
  export: {
    path: "/exchanges/export",
    access: "exchanges:read",
    query: z.strictObject({
      format: z.enum(["csv", "jsonl", "parquet"]),
      fromUs: whole.optional(),
      toUs: whole.optional(),
    }),
  },
} as const;
