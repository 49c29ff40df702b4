/** Takes secrets out of a finished line of text: those that are known, and whatever has the shape of one. */
export interface Redactor {
  add(secret: string): void;
  /** Those that were added, in order; for the thread that keeps bodies. */
  known(): readonly string[];
  /** How many there are. */
  count(): number;
  redact(text: string): string;
  /** The same bytes without those that were added; what only looks like a secret stays. */
  hideKnown(bytes: Buffer): Buffer;
}

const SHAPES =
  /\b(?:tok_[\w-]{16,}|sk-[\w-]{12,}|sk_[\w-]{12,}|AIza[\w-]{20,}|gsk_\w{16,}|xai-[\w-]{16,}|pplx-\w{16,}|hf_\w{16,}|nvapi-[\w-]{16,}|gh[pousr]_\w{20,})|(?<=\bBearer )[\w.~+/=-]{8,}|(?<=[?&]key=)[^&\s"]+/g;
const HIDDEN = "[hidden]";

export function createRedactor(): Redactor {
  const known = new Set<string>();
  return {
    add(secret) {
      // A short value would take ordinary words out of the log with it.
      if (secret.length >= 6) known.add(secret);
    },
    known: () => [...known],
    count: () => known.size,
    redact(text) {
      let clean = text;
      for (const secret of known) if (clean.includes(secret)) clean = clean.replaceAll(secret, HIDDEN);
      return clean.replace(SHAPES, HIDDEN);
    },
    hideKnown(bytes) {
      let text: string | null = null;
      for (const secret of known) {
        // As it stands in JSON.
        for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1)]))
          if (bytes.includes(form)) text = (text ?? bytes.toString("utf8")).replaceAll(form, HIDDEN);
      }
      return text === null ? bytes : Buffer.from(text);
    },
  };
}
