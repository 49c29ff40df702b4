import type { DesktopNotice } from "./notices-between.ts";

const QUIET_MS = 10 * 60_000;
/** Of whatever, in so long. */
const MOST = { count: 3, withinMs: 60_000 };

/** Lets through what was not said a moment ago: a provider that comes and goes must not fill the screen. */
export function createNoticeLimiter(nowMs: () => number): (notice: DesktopNotice) => boolean {
  const saidMs = new Map<string, number>();
  return ({ about }) => {
    const now = nowMs();
    for (const [key, atMs] of saidMs) if (now - atMs >= QUIET_MS) saidMs.delete(key);
    const lately = [...saidMs.values()].filter((atMs) => now - atMs < MOST.withinMs).length;
    if (saidMs.has(about) || lately >= MOST.count) return false;
    saidMs.set(about, now);
    return true;
  };
}
