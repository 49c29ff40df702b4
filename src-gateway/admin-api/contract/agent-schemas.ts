/** Coding agents of the computer that the gateway runs on, as they are shown. Times are microseconds since 1970. */
import { z } from "zod";

const AGENT_STATES = [
  "not-installed",
  "available",
  "by-hand",
  "managed",
  "connected",
  "verified",
  "conflicting",
  "moved",
  "drifted",
] as const;

const conflictSchema = z.object({
  kind: z.enum(["environment", "shell", "project", "policy"]),
  where: z.string(),
  line: z.number().nullable(),
  key: z.string(),
});

export const agentSchema = z.object({
  id: z.string(),
  title: z.string(),
  support: z.enum(["written", "launcher", "guided"]),
  speaks: z.string(),
  state: z.enum(AGENT_STATES),
  /** The program, the extension or the settings that it was found by. */
  where: z.string().nullable(),
  version: z.string().nullable(),
  /** Those that were written. */
  files: z.array(z.string()),
  baseUrl: z.string().nullable(),
  model: z.string().nullable(),
  apiKeyId: z.number().nullable(),
  connectedAtUs: z.number().nullable(),
  /** Of the first request with the agent's key. */
  verifiedAtUs: z.number().nullable(),
  lastRequestAtUs: z.number().nullable(),
  drift: z.array(
    z.object({
      path: z.string(),
      line: z.number().nullable(),
      key: z.string().nullable(),
      what: z.enum(["changed", "gone", "unreadable"]),
      now: z.string().nullable(),
    }),
  ),
  conflicts: z.array(conflictSchema),
  /** What is left to the person after files are written. */
  afterwards: z.array(z.string()),
  /** Steps, where no file can be written. */
  guide: z.array(z.string()),
});
export type AgentView = z.infer<typeof agentSchema>;

export const agentPlanSchema = z.object({
  id: z.string(),
  title: z.string(),
  isConnected: z.boolean(),
  files: z.array(
    z.object({
      path: z.string(),
      isNew: z.boolean(),
      /** Unified, with secrets masked. */
      diff: z.string(),
      edits: z.array(z.object({ key: z.string(), line: z.number().nullable(), what: z.enum(["set", "removed"]) })),
      overwritten: z.array(z.object({ key: z.string(), line: z.number().nullable() })),
      isReadByOthers: z.boolean(),
    }),
  ),
  conflicts: z.array(conflictSchema),
});

export const agentChangeSchema = z.object({
  agent: agentSchema,
  /** The key, where its files take none: shown once, to be put where `afterwards` says. */
  token: z.string().nullable(),
});

export const agentUndoneSchema = z.object({
  agent: agentSchema,
  files: z.array(
    z.object({
      path: z.string(),
      how: z.enum(["restored", "removed", "keys", "untouched"]),
      /** Keys that somebody else has changed, and that were left as they are. */
      left: z.array(
        z.object({ key: z.string(), line: z.number().nullable(), why: z.enum(["changed", "gone", "stuck"]) }),
      ),
    }),
  ),
  revokedKeyId: z.number().nullable(),
});
export type AgentUndoneView = z.infer<typeof agentUndoneSchema>;
