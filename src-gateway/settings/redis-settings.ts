import { readSecret, type SecretSource } from "./read-secret.ts";
import type { RedisSettings } from "./types.ts";

const STANDARD_WAIT_MS = 3;

/** Null counts in memory. The address may hold a password, so no message repeats it. */
export function redisOf(source: SecretSource): RedisSettings | null {
  const { layers, values } = source;
  const url = readSecret(source, "redis_url");
  if (url === null) return null;
  if (!/^rediss?:\/\/./i.test(url) || !URL.canParse(url)) {
    const hint = "such as redis://127.0.0.1:6379 or rediss://user:password@host:6380/0; or env:NAME, file:PATH";
    layers.problems.push({ where: values.where("redis_url"), key: "redis_url", problem: "is no Redis address", hint });
    return null;
  }
  return { url, waitMs: values.number("redis_wait_ms", STANDARD_WAIT_MS) };
}
