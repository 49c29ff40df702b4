/** The cookies of a sign-in: who is signed in, and what has to come back from the browser that asked. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { clientOf } from "../lib/client-address.ts";
import type { CookieValue } from "../sign-in/types.ts";

interface CookieForm {
  name: string;
  path: string;
  /** Strict cookies do not come with a request that another site has caused, not even when it sends the browser here. */
  sameSite: "Strict" | "Lax";
}

export const SESSION_COOKIE: CookieForm = { name: "tokligence_session", path: "/", sameSite: "Strict" };
/** Ties the digits of a mail to the browser that asked for them. */
export const ASKED_COOKIE: CookieForm = { name: "tokligence_asked", path: "/api/v1/auth", sameSite: "Strict" };
/** The OIDC provider's site sends the browser back, so this one cannot be strict. It lives for ten minutes. */
export const OIDC_COOKIE: CookieForm = { name: "tokligence_oidc", path: "/api/v1/auth/oidc", sameSite: "Lax" };

export function readCookie(request: IncomingMessage, { name }: CookieForm): string | null {
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const [found, value] = pair.trim().split("=");
    if (found === name && value) return value;
  }
  return null;
}

/** @param publicUrl where people reach the console, if that is known. */
export function setCookie(
  request: IncomingMessage,
  response: ServerResponse,
  publicUrl: string | null,
  { name, path, sameSite, token, maxAgeSeconds }: CookieForm & CookieValue,
): void {
  const isSecure = publicUrl?.startsWith("https:") || clientOf(request).protocol === "https";
  const cookie = `${name}=${token}; Path=${path}; HttpOnly; SameSite=${sameSite}; Max-Age=${maxAgeSeconds}`;
  const others = [response.getHeader("set-cookie") ?? []]
    .flat()
    .map(String)
    .filter((other) => !other.startsWith(`${name}=`));
  response.setHeader("set-cookie", [...others, isSecure ? `${cookie}; Secure` : cookie]);
}

export const CLEARED: CookieValue = { token: "", maxAgeSeconds: 0 };
