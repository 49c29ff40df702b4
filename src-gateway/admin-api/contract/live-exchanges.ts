import { type ExchangeView, exchangeSchema } from "./schemas.ts";

/** Reads the stream of `LIVE_EXCHANGES` for callers without an `EventSource`; text may be cut anywhere. */
export interface LiveReader {
  push(text: string): ExchangeView[];
}

export function createLiveReader(): LiveReader {
  let rest = "";
  return {
    push(text) {
      const blocks = (rest + text).split("\n\n");
      rest = blocks.pop() ?? "";
      return blocks.flatMap((block) => readBlock(block) ?? []);
    },
  };
}

function readBlock(block: string): ExchangeView | null {
  const lines = block.split("\n");
  // Comments are signs of life, and other events belong to other versions.
  if (!lines.includes("event: exchange")) return null;
  const data = lines.find((line) => line.startsWith("data: "))?.slice("data: ".length) ?? "";
  try {
    const read = exchangeSchema.safeParse(JSON.parse(data));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
