import type { NextFunction, Request, Response } from "express";
import helmet from "helmet";

const YEAR_S = 31_536_000;

/**
 * What browsers are told of every answer. Pages bring their own policy: console and API description say what they may load.
 * @param publicUrl whoever comes by https once may only come so from then on; without a public https address nobody is told
 * so, because a gateway on a laptop has no certificate.
 */
export function securityHeaders(
  publicUrl: string | null,
): (request: Request, response: Response, next: NextFunction) => void {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
    strictTransportSecurity: publicUrl?.startsWith("https:") ? { maxAge: YEAR_S, includeSubDomains: false } : false,
    referrerPolicy: { policy: "no-referrer" },
    xFrameOptions: { action: "deny" },
    // A sign-in at an OIDC provider comes back in the same tab, so nothing has to keep its opener.
    crossOriginOpenerPolicy: { policy: "same-origin" },
    crossOriginResourcePolicy: { policy: "same-origin" },
  });
}
