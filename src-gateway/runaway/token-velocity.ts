/** How many tokens each conversation has used within the last minute. */
export interface TokenVelocity {
  add(conversation: string, tokens: number, nowMs: number): void;
  perMinute(conversation: string, nowMs: number): number;
  /** Until no more than `tokens` are left in the last minute. */
  untilMs(conversation: string, tokens: number, nowMs: number): number;
  forget(conversation: string): void;
}

const WINDOW_MS = 60_000;
/** Those that were heard of least lately make room. */
const MAX_CONVERSATIONS = 2_000;
/** More than that in a minute are counted together. */
const MAX_USES = 240;

interface Use {
  atMs: number;
  tokens: number;
}

export function createTokenVelocity(): TokenVelocity {
  const uses = new Map<string, Use[]>();
  const recent = (conversation: string, nowMs: number): Use[] => {
    const all = uses.get(conversation) ?? [];
    const kept = all.filter(({ atMs }) => nowMs - atMs < WINDOW_MS);
    if (kept.length === 0) uses.delete(conversation);
    else if (kept.length < all.length) uses.set(conversation, kept);
    return kept;
  };
  const sum = (all: readonly Use[]): number => all.reduce((total, { tokens }) => total + tokens, 0);
  return {
    add(conversation, tokens, nowMs) {
      const list = recent(conversation, nowMs);
      const last = list.at(-1);
      if (last && list.length >= MAX_USES) last.tokens += tokens;
      else list.push({ atMs: nowMs, tokens });
      uses.delete(conversation);
      uses.set(conversation, list);
      const [oldest] = uses.keys();
      if (uses.size > MAX_CONVERSATIONS && oldest !== undefined) uses.delete(oldest);
    },
    perMinute: (conversation, nowMs) => sum(recent(conversation, nowMs)),
    untilMs(conversation, tokens, nowMs) {
      const list = recent(conversation, nowMs);
      let left = sum(list);
      for (const use of list) {
        if (left <= tokens) return 0;
        left -= use.tokens;
        if (left <= tokens) return use.atMs + WINDOW_MS - nowMs;
      }
      return 0;
    },
    forget: (conversation) => void uses.delete(conversation),
  };
}
