import { PriceDataError } from "./price-data-error.ts";

export interface PriceUpdates {
  /** One look at the address; the answer is whether its data were taken. */
  look(): Promise<boolean>;
  stop(): void;
}

const DAY_MS = 86_400_000;

/** Asks for newer prices now and once a day. Whatever goes wrong, the prices stay as they are. */
export function startPriceUpdates(options: {
  url: string;
  fetchText: (url: string) => Promise<string>;
  /** Calls `run` later; the answer calls it off. */
  after: (ms: number, run: () => void) => () => void;
  /** @throws PriceDataError when they cannot be used. */
  onData: (data: unknown) => void;
  onProblem: (problem: string) => void;
}): PriceUpdates {
  const { url, fetchText, after, onData, onProblem } = options;
  let cancel: (() => void) | null = null;
  let isStopped = false;
  const look = async (): Promise<boolean> => {
    try {
      const data = parse(await fetchText(url));
      if (isStopped) return false;
      onData(data);
      return true;
    } catch (error) {
      if (!isStopped) onProblem(error instanceof Error ? error.message : String(error));
      return false;
    }
  };
  const lookAndWait = (): void => {
    void look().finally(() => {
      if (!isStopped) cancel = after(DAY_MS, lookAndWait);
    });
  };
  lookAndWait();
  return {
    look,
    stop() {
      isStopped = true;
      cancel?.();
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PriceDataError("is no JSON");
  }
}
