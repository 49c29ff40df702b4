/** Coming in and staying in: one-time codes, mails, OIDC, sessions. */
import { z } from "zod";
import { endpoint, nothing } from "./endpoint.ts";
import { userSchema } from "./schemas.ts";

const sessionSchema = z.object({
  id: z.number().int(),
  method: z.enum(["first_run", "link", "mail", "oidc"]),
  /** Of OIDC. */
  provider: z.string().nullable(),
  createdAtUs: z.number(),
  lastSeenAtUs: z.number(),
  expiresAtUs: z.number(),
  userAgent: z.string().nullable(),
  address: z.string().nullable(),
  isCurrent: z.boolean(),
});
export type SessionView = z.infer<typeof sessionSchema>;

const endedSchema = z.object({ ended: z.number().int() });

export const SIGN_IN_ENDPOINTS = {
  getSignInMethods: endpoint("GET", "/auth/methods", "public", "How one can sign in here", {
    reply: z.object({
      /** `outbox`: mails are printed where the gateway runs, and sent to nobody. */
      mail: z.enum(["smtp", "outbox", "off"]),
      oidc: z.array(z.object({ id: z.string(), name: z.string() })),
    }),
  }),
  createCode: endpoint("POST", "/auth/code", "signin:run", "A one-time code that signs a browser in", {
    reply: z.object({ code: z.string(), expiresAtUs: z.number() }),
  }),
  login: endpoint(
    "POST",
    "/auth/login",
    "public",
    "Start a session with a one-time code, or have one mailed to an e-mail address; with neither on a loopback first run",
    {
      body: z.strictObject({
        code: z.string().max(300).optional(),
        email: z.string().max(254).optional(),
        /** Of the mail; what the browser prefers when left out. */
        language: z.enum(["en", "zh"]).optional(),
      }),
      /** `mailed` says the same whether or not anybody has the address. */
      reply: z.union([userSchema, z.object({ mailed: z.literal(true), minutes: z.number() })]),
    },
  ),
  verifyCode: endpoint("POST", "/auth/verify", "public", "Start a session with the six digits of a mail", {
    body: z.strictObject({ code: z.string().max(20) }),
    reply: userSchema,
  }),
  startOidc: endpoint("POST", "/auth/oidc/{id}", "public", "Where to sign in at an OIDC provider", {
    reply: z.object({ url: z.string() }),
  }),
  logout: endpoint("POST", "/auth/logout", "public", "End the session", {
    /** Where the session at the OIDC provider ends; null when there is none. */
    reply: z.object({ logoutUrl: z.string().nullable() }),
  }),
  whoAmI: endpoint("GET", "/auth/me", "sessions:read", "Whose session this is", { reply: userSchema }),
  listSessions: endpoint("GET", "/auth/sessions", "sessions:read", "Where one is signed in, newest first", {
    reply: z.array(sessionSchema),
  }),
  endSession: endpoint("DELETE", "/auth/sessions/{id}", "sessions:write", "End one of one's own sessions", {
    reply: nothing,
  }),
  endOtherSessions: endpoint(
    "POST",
    "/auth/sessions/end-others",
    "sessions:write",
    "End all of one's own sessions but this one",
    { reply: endedSchema },
  ),
  listUserSessions: endpoint("GET", "/admin/users/{id}/sessions", "users:write", "Where a user is signed in", {
    reply: z.array(sessionSchema),
  }),
  endUserSessions: endpoint("DELETE", "/admin/users/{id}/sessions", "users:write", "End all sessions of a user", {
    reply: endedSchema,
  }),
  listOutbox: endpoint(
    "GET",
    "/auth/outbox",
    "signin:run",
    "Mails that were kept instead of being sent, newest first; only in development, on the gateway's own machine",
    { reply: z.array(z.object({ atUs: z.number(), to: z.string(), subject: z.string(), text: z.string() })) },
  ),
};

/** Where an OIDC provider sends the browser back to; answers with a redirection into the console. */
export const OIDC_CALLBACK = { path: "/auth/oidc/{id}/callback", access: "public" } as const;
