/** What a provider's export says, whatever shape it came in. */
export interface ExportLine {
  /** Where it stands: a line of a CSV file, a place in a JSON one. */
  where: string;
  /** `2026-11-21`, in UTC. */
  day: string;
  /** As the provider calls it; null where the export does not tell. */
  model: string | null;
  /** The provider's key, by its id or name. */
  key: string | null;
  /** Null what the export does not tell. */
  requests: number | null;
  tokens: ExportTokens | null;
  costNano: number | null;
  isBatch: boolean;
  serviceTier: string | null;
}

export interface ExportTokens {
  inputUncached: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  output: number;
}

export interface ProviderExport {
  provider: "openai" | "anthropic";
  /** In words, for example `usage API (JSON)`. */
  shape: string;
  lines: ExportLine[];
  /** What a reader should know. */
  notes: string[];
}

export interface ExportProblem {
  where: string;
  problem: string;
}

/** The file as a whole is refused: half of a bill explains nothing. */
export class ExportError extends Error {
  override readonly name = "ExportError";
  readonly problems: readonly ExportProblem[];
  constructor(problems: readonly ExportProblem[]) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super(first ? `${first.where}: ${first.problem}${more}` : "The file cannot be read.");
    this.problems = problems;
  }
}

/** The first of a heap of problems are enough to see what is wrong. */
const MAX_PROBLEMS = 20;

/** Reads the values of one entry, and keeps a list of what is wrong with them. */
export class Reading {
  readonly problems: ExportProblem[] = [];

  fail(where: string, problem: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ where, problem });
  }

  done(lines: readonly ExportLine[]): void {
    if (this.problems.length > 0) throw new ExportError(this.problems);
    if (lines.length === 0) throw new ExportError([{ where: "The file", problem: "it holds no usage" }]);
  }

  /** A whole number, with or without thousands set apart. */
  count(where: string, name: string, value: unknown): number {
    if (value === undefined || value === null || value === "") return 0;
    const text = plainText(value);
    const digits = /^\d{1,3}(?:[, \u00a0\u202f']\d{3})+$/.test(text) ? text.replace(/\D/g, "") : text;
    const count = /^\d+(?:\.0+)?$/.test(digits) ? Number(digits) : Number.NaN;
    if (Number.isSafeInteger(count)) return count;
    this.fail(where, `${name} is no whole number: ${shown(text)}`);
    return 0;
  }

  /** @param scale how many nano-USD one unit is. */
  money(where: string, name: string, value: unknown, scale: bigint): number | null {
    const text = plainText(value);
    if (text === "") return null;
    const match = /^(-?)\$?((?:\d{1,3}(?:,\d{3})+|\d+)?)(?:\.(\d+))?(?:e(-?\d{1,2}))?$/i.exec(text);
    const [, sign, whole = "", fraction = "", exponent = "0"] = match ?? [];
    if (!match || (whole === "" && fraction === "")) {
      this.fail(where, `${name} is no amount of money: ${shown(text)}`);
      return null;
    }
    // Exports have up to 30 digits behind the point; what is less than a nano-USD is rounded once.
    const digits = BigInt(whole.replaceAll(",", "") + fraction) * scale;
    const places = fraction.length - Number(exponent);
    const nano = places <= 0 ? digits * 10n ** BigInt(-places) : roundHalfUp(digits, 10n ** BigInt(places));
    if (nano > BigInt(Number.MAX_SAFE_INTEGER)) {
      this.fail(where, `${name} is too much: ${shown(text)}`);
      return null;
    }
    return sign === "-" ? -Number(nano) : Number(nano);
  }

  /** A day, a moment, or seconds since 1970. */
  day(where: string, name: string, value: unknown): string {
    const text = plainText(value);
    const atMs = /^\d{9,11}$/.test(text) ? Number(text) * 1000 : Date.parse(withZone(text));
    if (/^(?:\d{9,11}$|\d{4}-\d\d-\d\d)/.test(text) && !Number.isNaN(atMs))
      return new Date(atMs).toISOString().slice(0, 10);
    this.fail(where, `${name} is no date: ${shown(text)}`);
    return "";
  }

  dollars(where: string, name: string, value: unknown): void {
    const text = plainText(value ?? "usd");
    if (text !== "" && text.toLowerCase() !== "usd")
      this.fail(where, `${name} is ${shown(text)}; only USD can be compared`);
  }
}

/** Exports that name no zone mean UTC. */
const withZone = (text: string): string =>
  /T[\d:.]+$/.test(text) ? `${text}Z` : text.replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?)$/, "$1T$2Z");

const roundHalfUp = (value: bigint, divisor: bigint): bigint => (2n * value + divisor) / (2n * divisor);

const shown = (text: string): string => `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;

const plainText = (value: unknown): string =>
  typeof value === "string" || typeof value === "number"
    ? String(value).trim()
    : JSON.stringify(value ?? "").replaceAll('"', "");

export const textOrNull = (value: unknown): string | null =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : null;
