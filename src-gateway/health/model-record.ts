/**
 * How a model of a provider has been doing, and whether it does worse than it used to: providers do not announce when
 * they serve a model from slower machines, or a smaller one under its name.
 */
import { median, Samples } from "./samples.ts";

export interface Observation {
  failed: boolean;
  refused: boolean;
  firstTokenMs: number | null;
  tokensPerSecond: number | null;
}

const RECENT_MS = 15 * 60_000;
const RECENT_SAMPLES = 64;
const USUAL_MS = 7 * 24 * 3_600_000;
const USUAL_SAMPLES = 512;
/** What is usual is sampled thinly, so that a busy hour does not count as a week. */
const USUAL_EVERY_MS = 60_000;
/** Comparing sorts some hundred numbers. */
const COMPARE_EVERY_MS = 5_000;
const MIN_FOR_MEDIAN = 3;
const MIN_RECENT = 20;
const MIN_USUAL = 40;

/** Where an episode begins, and where it ends: apart, or every wobble would be an episode of its own. */
const BEGIN = { slower: 2, lateMs: 500, share: 0.25 };
const END = { slower: 1.5, lateMs: 250, share: 0.1 };

export class ModelRecord {
  private readonly recent = new Samples<Observation>(RECENT_SAMPLES, RECENT_MS);
  private readonly usual = new Samples<Observation>(USUAL_SAMPLES, USUAL_MS);
  private keptAtMs = Number.NEGATIVE_INFINITY;
  private comparedAtMs = Number.NEGATIVE_INFINITY;
  /** What became worse, in words; null while nothing is. */
  degraded: string | null = null;

  /** @returns what changed, if something did. */
  observe(observation: Observation, nowMs: number): "degraded" | "recovered" | null {
    this.recent.push(nowMs, observation);
    if (nowMs - this.keptAtMs >= USUAL_EVERY_MS) {
      this.usual.push(nowMs, observation);
      this.keptAtMs = nowMs;
    }
    if (nowMs - this.comparedAtMs < COMPARE_EVERY_MS) return null;
    this.comparedAtMs = nowMs;
    return this.compare(nowMs);
  }

  firstTokenP50Ms(nowMs: number): number | null {
    return medianOf(this.recent.since(nowMs), "firstTokenMs", MIN_FOR_MEDIAN);
  }

  tokensPerSecondP50(nowMs: number): number | null {
    return medianOf(this.recent.since(nowMs), "tokensPerSecond", MIN_FOR_MEDIAN);
  }

  private compare(nowMs: number): "degraded" | "recovered" | null {
    const recent = this.recent.since(nowMs);
    const usual = this.usual.before(nowMs, RECENT_MS);
    if (recent.length < MIN_RECENT || usual.length < MIN_USUAL) return null;
    const before = this.degraded;
    const worse = whatIsWorse(recent, usual, before === null ? BEGIN : END);
    if (worse.length === 0) {
      this.degraded = null;
      return before === null ? null : "recovered";
    }
    if (before !== null) return null;
    this.degraded = `${worse.join("; ")} (the last ${recent.length} attempts against ${usual.length} earlier ones)`;
    return "degraded";
  }
}

function whatIsWorse(recent: Observation[], usual: Observation[], { slower, lateMs, share }: typeof BEGIN): string[] {
  const worse: string[] = [];
  const speed = medianOf(recent, "tokensPerSecond", MIN_RECENT);
  const usualSpeed = medianOf(usual, "tokensPerSecond", MIN_RECENT);
  if (speed !== null && usualSpeed !== null && speed * slower < usualSpeed)
    worse.push(`answers come at ${oneDigit(speed)} tokens/s, where ${oneDigit(usualSpeed)} were usual`);
  const first = medianOf(recent, "firstTokenMs", MIN_RECENT);
  const usualFirst = medianOf(usual, "firstTokenMs", MIN_RECENT);
  if (first !== null && usualFirst !== null && first > usualFirst * slower && first > usualFirst + lateMs)
    worse.push(`the first token takes ${seconds(first)}, where ${seconds(usualFirst)} was usual`);
  for (const [name, verb] of [
    ["failed", "of the attempts fail"],
    ["refused", "of the requests are refused by the model"],
  ] as const) {
    const part = shareOf(recent, name);
    const usualPart = shareOf(usual, name);
    if (part >= usualPart + share) worse.push(`${percent(part)} ${verb}, where ${percent(usualPart)} was usual`);
  }
  return worse;
}

function medianOf(list: Observation[], name: "firstTokenMs" | "tokensPerSecond", min: number): number | null {
  const values = list.flatMap((each) => each[name] ?? []);
  return values.length < min ? null : median(values);
}

const shareOf = (list: Observation[], name: "failed" | "refused"): number =>
  list.filter((each) => each[name]).length / list.length;

const oneDigit = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const percent = (part: number): string => `${Math.round(part * 100)} %`;

/** Fewer tokens or less time than this say more about the network than about the model. */
const MIN_TOKENS = 16;
const MIN_WRITING_MS = 50;

/** How fast a streamed answer was written; null where that cannot be told. */
export function writingSpeed(answer: {
  firstTokenMs: number | null;
  totalMs: number;
  outputTokens: number | null;
}): number | null {
  const { firstTokenMs, totalMs, outputTokens } = answer;
  if (firstTokenMs === null || outputTokens === null || outputTokens < MIN_TOKENS) return null;
  const writingMs = totalMs - firstTokenMs;
  return writingMs < MIN_WRITING_MS ? null : (outputTokens / writingMs) * 1000;
}
