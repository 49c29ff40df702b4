const MAX_BYTES = 4096;

export interface OutputKeeper {
  /** @returns whether more is wanted. */
  add(chunk: Buffer): boolean;
  text(): string;
}

/** Keeps the beginning of what a receiver says. */
export function outputKeeper(maxBytes = MAX_BYTES): OutputKeeper {
  const kept: Buffer[] = [];
  let size = 0;
  let isCut = false;
  return {
    add(chunk) {
      const rest = maxBytes - size;
      if (chunk.length > rest) isCut = true;
      if (rest > 0) kept.push(chunk.subarray(0, rest));
      size += Math.min(chunk.length, Math.max(0, rest));
      return size < maxBytes;
    },
    text() {
      // PostgreSQL takes no NUL, and terminals take orders from other control characters.
      const text = Buffer.concat(kept)
        .toString("utf8")
        .replace(/[^\P{Cc}\n\t]/gu, "")
        .trim();
      return isCut ? `${text} …` : text;
    },
  };
}
