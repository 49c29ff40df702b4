/** What the system says about proxies, where a desktop knows: asked beforehand and now and then, never while a call waits. */

export interface SystemProxies {
  /** What was learnt last; null for straight, and for what is not known yet. */
  proxyTo(origin: string): string | null;
  /** Asks for these, with a time limit. */
  learn(origins: readonly string[]): Promise<void>;
}

const PATIENCE_MS = 3_000;
/** A laptop goes from office to home. */
const GOOD_MS = 60_000;
const SCHEMES: Readonly<Record<string, string>> = {
  PROXY: "http",
  HTTP: "http",
  HTTPS: "https",
  SOCKS: "socks5",
  SOCKS5: "socks5",
};

export function createSystemProxies(
  ask: ((url: string) => Promise<string>) | undefined,
  onChange: () => void,
): SystemProxies {
  const known = new Map<string, { proxy: string | null; askedMs: number }>();
  const learnOne = async (origin: string): Promise<void> => {
    if (!ask) return;
    const before = known.get(origin);
    known.set(origin, { proxy: before?.proxy ?? null, askedMs: performance.now() });
    const proxy = await answerOf(ask, origin);
    if (proxy === undefined || proxy === (before?.proxy ?? null)) return;
    known.set(origin, { proxy, askedMs: performance.now() });
    onChange();
  };
  let timer: NodeJS.Timeout | null = null;
  return {
    proxyTo(origin) {
      if (!ask) return null;
      const found = known.get(origin);
      if (found === undefined || performance.now() - found.askedMs > GOOD_MS) void learnOne(origin);
      // Whoever asks remembers the answer; it has to ask again when this may have changed.
      timer ??= setTimeout(() => {
        timer = null;
        onChange();
      }, GOOD_MS).unref();
      return found?.proxy ?? null;
    },
    async learn(origins) {
      await Promise.all(origins.map(learnOne));
    },
  };
}

/** Undefined when nothing can be known. */
async function answerOf(ask: (url: string) => Promise<string>, origin: string): Promise<string | null | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, undefined);
  });
  const asked = Promise.resolve()
    .then(() => ask(origin))
    .catch(() => undefined);
  const text = await Promise.race([asked, late]);
  clearTimeout(timer);
  return text === undefined ? undefined : readProxyAnswer(text);
}

/** The first way of a proxy script's answer that can be gone; null is straight. */
export function readProxyAnswer(text: string): string | null {
  for (const part of text.split(";")) {
    const [kind = "", address = ""] = part.trim().split(/\s+/);
    if (kind.toUpperCase() === "DIRECT") return null;
    const scheme = SCHEMES[kind.toUpperCase()];
    if (scheme !== undefined && URL.canParse(`${scheme}://${address}`) && address !== "")
      return `${scheme}://${address}`;
  }
  return null;
}
