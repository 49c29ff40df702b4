/** Asking for a mail, and guessing at what was in one: slowed down, and answered alike whoever has the address. */
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isIPv6 } from "node:net";
import { checkEmail } from "../auth/email.ts";
import { GatewayError } from "../ir/errors.ts";
import { addressOf } from "../lib/client-address.ts";
import { ASKED_COOKIE, setCookie } from "./cookies.ts";
import type { AdminDeps } from "./deps.ts";

const MINUTES = 10;

/** @throws GatewayError unsupported_operation without a mail server, invalid_request, rate_limited. */
export function askForMail(
  deps: AdminDeps,
  asked: { email: string; language?: "en" | "zh" | undefined },
  request: IncomingMessage,
  response: ServerResponse,
): { mailed: true; minutes: number } {
  const { signIn } = deps;
  if (signIn.mailer.mode === "off") {
    throw new GatewayError(
      "unsupported_operation",
      "This gateway has no mail server. Run `gateway console` on its machine, or ask its administrator for a link.",
    );
  }
  const email = checkEmail(asked.email);
  slowDown(signIn.mailsByPlace.take([placeOf(request)]));
  slowDown(signIn.mailsByAccount.take([email]));
  const browser = randomBytes(32).toString("base64url");
  setCookie(request, response, signIn.publicUrl, { ...ASKED_COOKIE, token: browser, maxAgeSeconds: MINUTES * 60 });
  const language = asked.language ?? request.headers["accept-language"] ?? null;
  const visitor = { address: addressOf(request), userAgent: request.headers["user-agent"] ?? null };
  // Only then: the answer may take no longer for an address that somebody has.
  response.once("finish", () => void signIn.mailCode({ email, browser, language, visitor }));
  return { mailed: true, minutes: MINUTES };
}

/** To be called before a code is looked at; the answer is to be called when it was right. @throws GatewayError rate_limited */
export function takeGuess({ signIn }: AdminDeps, request: IncomingMessage): () => void {
  const keys = [placeOf(request)];
  slowDown(signIn.guesses.take(keys));
  return () => signIn.guesses.forgive(keys);
}

/** Who has one IPv6 address has a network of them. */
function placeOf(request: IncomingMessage): string {
  const address = addressOf(request) ?? "local";
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - front.length - back.length }, () => "0");
  return [...front, ...zeros, ...back].slice(0, 4).join(":");
}

function slowDown(waitMs: number | null): void {
  if (waitMs === null) return;
  const seconds = Math.ceil(waitMs / 1_000);
  throw new GatewayError("rate_limited", `That was too often. Try again in ${seconds} s.`, { retryAfterMs: waitMs });
}
