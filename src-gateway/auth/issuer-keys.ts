/** The keys of issuers, in memory: asked for beforehand and now and then, never while a request waits. */
import type { Logger } from "../lib/logger.ts";
import type { TokenIssuerConfig } from "../settings/sign-in-types.ts";
import { readVerifyingKey, type VerifyingKey } from "./jwt.ts";

export interface IssuerKeys {
  known(): readonly VerifyingKey[];
  /** A key that is not known was named: asks anew in the background, unless that was done a moment ago. */
  refresh(): void;
  /** When the keys that are asked for at this moment are here, or are not. */
  settled(): Promise<void>;
  stop(): void;
}

const REFRESH_MS = 600_000;
/** While none are known. */
const RETRY_MS = 15_000;
/** Strangers can name keys that do not exist. */
const MIN_PAUSE_MS = 30_000;
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 1_000_000;

export function createIssuerKeys({ issuer, jwksUrl }: TokenIssuerConfig, log: Logger): IssuerKeys {
  let keys: VerifyingKey[] = [];
  let askedMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isStopped = false;

  const load = async (): Promise<void> => {
    askedMs = performance.now();
    try {
      const url = jwksUrl ?? (await discoverJwks(issuer));
      const { keys: found } = (await fetchJson(url)) as { keys?: unknown };
      if (!Array.isArray(found)) throw new Error("its answer holds no keys");
      keys = found.flatMap((jwk) => readVerifyingKey(jwk as Record<string, unknown>) ?? []);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      log.warn({ issuer, problem, known: keys.length }, "the keys of an issuer of tokens cannot be had");
    }
  };
  const ask = (): Promise<void> => {
    running ??= load().finally(() => {
      running = null;
      if (timer) clearTimeout(timer);
      if (isStopped) return;
      timer = setTimeout(() => void ask(), keys.length === 0 ? RETRY_MS : REFRESH_MS);
      timer.unref();
    });
    return running;
  };
  void ask();
  return {
    known: () => keys,
    refresh() {
      if (performance.now() - askedMs >= MIN_PAUSE_MS) void ask();
    },
    settled: () => running ?? Promise.resolve(),
    stop() {
      isStopped = true;
      if (timer) clearTimeout(timer);
    },
  };
}

async function discoverJwks(issuer: string): Promise<string> {
  const found = (await fetchJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`)) as {
    issuer?: unknown;
    jwks_uri?: unknown;
  };
  if (found.issuer !== issuer) throw new Error("its discovery document is another issuer's");
  const { jwks_uri: url } = found;
  const isOpen = typeof url === "string" && url.startsWith("http:") && !issuer.startsWith("http:");
  if (typeof url !== "string" || !URL.canParse(url) || isOpen) throw new Error("it names no place of its keys");
  return url;
}

async function fetchJson(url: string): Promise<object> {
  const reply = await fetch(url, {
    headers: { accept: "application/json" },
    // What was configured is what is asked.
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!reply.ok) throw new Error(`it answers ${reply.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of reply.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error("its answer does not end");
    chunks.push(chunk);
  }
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  if (typeof value !== "object" || value === null) throw new Error("its answer is no object");
  return value;
}
