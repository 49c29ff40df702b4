/** What a line of the file may say. It comes from elsewhere, so nothing is believed that does not fit. */
import { z } from "zod";

const text = z.string().max(20_000);
const uuid = z.string().min(1).max(64);
const flag = z.boolean().optional();

const people = z.object({
  users: z.array(
    z.object({
      uuid,
      email: z.string().min(1).max(320),
      role: z.enum(["root_admin", "gateway_admin", "gateway_user"]),
      name: text,
      status: z.enum(["active", "suspended"]),
      kind: z.enum(["person", "service"]),
    }),
  ),
  teams: z.array(
    z.object({
      uuid,
      name: z.string().min(1).max(200),
      members: z.array(z.object({ user: uuid, role: z.string().max(40) })),
    }),
  ),
  projects: z.array(
    z.object({ uuid, name: z.string().min(1).max(200), team: uuid.nullable(), members: z.array(uuid) }),
  ),
  keys: z.array(
    z.object({
      uuid,
      user: uuid,
      name: text,
      hash: z.string().regex(/^[0-9a-f]{64}$/),
      prefix: z.string().max(20),
      scopes: text,
      limits: text.nullable(),
      addresses: text.nullable(),
      expiresAtUs: z.number().nullable(),
      team: uuid.nullable(),
      project: uuid.nullable(),
    }),
  ),
});

const rule = z.strictObject({
  on: flag,
  percentage: z.number().min(0).max(100).optional(),
  environments: z.strictObject({ dev: flag, test: flag, live: flag }).optional(),
  users: z.record(z.string().regex(/^\d{1,16}$/), z.boolean()).optional(),
});

export const partSchema = z.discriminatedUnion("part", [
  z.object({ part: z.literal("configuration"), text: z.string() }),
  z.object({ part: z.literal("secret"), name: z.string().max(100), value: text }),
  z.object({ part: z.literal("flag"), name: z.string().max(100), rule }),
  z.object({
    part: z.literal("setting"),
    key: z.string().regex(/^[a-z][a-z0-9_]{0,99}$/),
    value: text.regex(/^[^\r\n]*$/),
    from: z.enum(["file", "environment"]),
  }),
  z.object({ part: z.literal("people"), people }),
  z.object({ part: z.literal("auth-secret"), value: z.string().min(32).max(1_000) }),
  z.object({ part: z.literal("note"), text }),
  z.object({ part: z.literal("ledger"), bytes: z.number().int().nonnegative() }),
  z.object({ part: z.literal("end"), sha256: z.string() }),
]);
