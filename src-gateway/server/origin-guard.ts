/**
 * Loopback is not a fence: every web page that the user opens can send requests to it, and a name that an attacker
 * points at 127.0.0.1 makes them same-origin. So the `Host` must be a name of ours and a foreign `Origin` is refused.
 * Pure; one test per attack.
 */
export interface OriginPolicy {
  /** Host names without port, lower case, besides loopback names and IP literals of the listener. */
  allowedHosts: ReadonlySet<string>;
  /** Full origins, lower case, without a trailing slash. */
  allowedOrigins: ReadonlySet<string>;
  /** True when the listener is bound to more than loopback: then its IP addresses are names of ours too. */
  listensBeyondLoopback: boolean;
}

export type OriginVerdict = "ok" | "foreign-host" | "foreign-origin";

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);
const IP_LITERAL = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;

export interface OriginFacts {
  host: string | undefined;
  origin: string | undefined;
  fetchSite: string | undefined;
  /** The person followed a link to a page of the console: the page that had the link learns nothing of the answer. */
  isVisit?: boolean;
}

export function checkOrigin(request: OriginFacts, policy: OriginPolicy): OriginVerdict {
  const host = hostName(request.host);
  if (host === null) return "foreign-host";
  // An IP literal cannot be rebound by DNS, so it is safe whenever the listener is reachable by addresses at all.
  const isOurs =
    LOOPBACK_NAMES.has(host) ||
    /^127(?:\.\d{1,3}){3}$/.test(host) ||
    policy.allowedHosts.has(host) ||
    (policy.listensBeyondLoopback && IP_LITERAL.test(host));
  if (!isOurs) return "foreign-host";

  if (request.origin === undefined) {
    // A page can also cause requests that carry no Origin (an image, a form by GET); browsers mark those as cross-site.
    return request.fetchSite === "cross-site" && !request.isVisit ? "foreign-origin" : "ok";
  }
  const origin = request.origin.toLowerCase();
  if (policy.allowedOrigins.has(origin)) return "ok";
  const own = request.host?.toLowerCase();
  return origin === `http://${own}` || origin === `https://${own}` ? "ok" : "foreign-origin";
}

/** Nearly all requests name one host. */
let lastHost = "";
let lastName: string | null = null;

/** The name in a Host header, lower case, without port; null when it is none. */
function hostName(host: string | undefined): string | null {
  if (host === undefined) return null;
  if (host !== lastHost) {
    lastHost = host;
    lastName = nameIn(host);
  }
  return lastName;
}

function nameIn(host: string): string | null {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]/@\s]+)(?::\d{1,5})?$/.exec(host);
  return match?.[1]?.toLowerCase().replace(/\.$/, "") ?? null;
}
