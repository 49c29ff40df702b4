/** What is counted of every exchange when it is over. Names are Ferro's where it has one, so that its dashboards go on. */
import type { AttemptRecord, ExchangeRecord, Outcome } from "../../ir/exchange-record.ts";
import { exchangeFamilies } from "./exchange-families.ts";
import { createLabelNames, type LabelNames } from "./label-names.ts";
import type { MetricRegistry } from "./registry.ts";
import type { Count, Histogram, NanoUsd } from "./values.ts";

export interface ExchangeMetrics {
  closed(record: ExchangeRecord): void;
}

/** There are as many as the configuration names; only that can change while the gateway runs. */
const MAX_PROVIDERS = 100;

const STATUS_OF: Readonly<Record<Outcome, string>> = {
  completed: "success",
  refused: "rejected",
  client_aborted: "aborted",
  failed: "error",
  failed_midstream: "error",
  interrupted: "error",
  open: "error",
};

/** Everything that one combination of labels counts in, looked up once. */
interface Bundle {
  requests: Count;
  duration: Histogram;
  firstToken: Histogram;
  error: Count | null;
  tokens: TokenCounts;
  cost: NanoUsd;
  unpriced: Count;
  joined: Count;
}

type Kind = Pick<ExchangeRecord, "surface" | "outcome" | "errorCode" | "status" | "provider" | "modelRouted">;

const isOfKind = (record: ExchangeRecord, kind: Kind): boolean =>
  record.modelRouted === kind.modelRouted &&
  record.provider === kind.provider &&
  record.surface === kind.surface &&
  record.outcome === kind.outcome &&
  record.status === kind.status &&
  record.errorCode === kind.errorCode;

interface TokenCounts {
  inputAll: Count;
  outputAll: Count;
  input: Count;
  cacheRead: Count;
  cacheWrite5m: Count;
  cacheWrite1h: Count;
  output: Count;
  reasoning: Count;
}

/** @param options.clean takes secrets out of names that clients made up. */
export function createExchangeMetrics(
  registry: MetricRegistry,
  options: { maxModels: number; clean: (text: string) => string },
): ExchangeMetrics {
  return new Metrics(registry, options);
}

class Metrics implements ExchangeMetrics {
  private readonly models: LabelNames;
  private readonly providers: LabelNames;
  private readonly families: ReturnType<typeof exchangeFamilies>;
  private readonly bundles = new Map<string, Bundle>();
  /** What the record before this one was counted in: nearly all that end together are of one kind. */
  private last: { kind: Kind; bundle: Bundle } | null = null;
  private readonly attempts = new Map<string, Count>();
  private lastSuccess: { provider: string; model: string; count: Count } | null = null;

  constructor(registry: MetricRegistry, options: { maxModels: number; clean: (text: string) => string }) {
    this.models = createLabelNames(options.maxModels, options.clean);
    this.providers = createLabelNames(MAX_PROVIDERS, options.clean);
    this.families = exchangeFamilies(registry);
    registry.read(
      "gateway_model_label_overflow_total",
      'Requests whose model was counted as "other", because too many names were seen.',
      [],
      () => [[this.models.overflows()]],
      "counter",
    );
  }

  closed(record: ExchangeRecord): void {
    const bundle = this.bundleOf(record);
    bundle.requests.add();
    bundle.error?.add();
    if (record.totalUs !== null) bundle.duration.observe(record.totalUs);
    if (record.firstTokenUs !== null) bundle.firstToken.observe(record.firstTokenUs);
    if (record.usageSource !== "none") addTokens(bundle.tokens, record);
    if (record.cost !== null) bundle.cost.add(record.cost.nano);
    else if (record.usageSource !== "none") bundle.unpriced.add();
    if (record.joinedTo !== null) bundle.joined.add();
    if (record.attempts.length > 0) this.countAttempts(record);
    if (record.outcome === "refused" && (record.errorCode === "rate_limited" || record.errorCode === "quota_exceeded"))
      this.families.rejections.with(record.errorCode === "rate_limited" ? "rate_limit" : "budget").add();
  }

  private bundleOf(record: ExchangeRecord): Bundle {
    if (this.last !== null && isOfKind(record, this.last.kind)) return this.last.bundle;
    const { surface, outcome, errorCode, status, provider, modelRouted } = record;
    const bundle = this.findBundle(record);
    this.last = { kind: { surface, outcome, errorCode, status, provider, modelRouted }, bundle };
    return bundle;
  }

  private findBundle(record: ExchangeRecord): Bundle {
    const { surface, outcome, errorCode } = record;
    // A model that nobody was asked for is any word that a client has sent.
    const model = this.models.of(record.modelRouted);
    const provider = this.providers.of(record.provider);
    const code = String(record.status ?? 0);
    const key = `${surface}\u0000${provider}\u0000${model}\u0000${outcome}\u0000${code}\u0000${errorCode ?? ""}`;
    const known = this.bundles.get(key);
    if (known) return known;
    const { families } = this;
    const where = [surface, provider, model] as const;
    const tokens = (kind: string): Count => families.tokens.with(...where, kind);
    const bundle: Bundle = {
      requests: families.requests.with(...where, outcome, STATUS_OF[outcome], code),
      duration: families.duration.with(...where),
      firstToken: families.firstToken.with(...where),
      error: errorCode === null ? null : families.errors.with(surface, errorCode),
      tokens: {
        inputAll: families.tokensInput.with(provider, model),
        outputAll: families.tokensOutput.with(provider, model),
        input: tokens("input"),
        cacheRead: tokens("cache_read"),
        cacheWrite5m: tokens("cache_write_5m"),
        cacheWrite1h: tokens("cache_write_1h"),
        output: tokens("output"),
        reasoning: families.reasoning.with(...where),
      },
      cost: families.cost.with(...where),
      unpriced: families.unpriced.with(provider, model),
      joined: families.joined.with(surface),
    };
    this.bundles.set(key, bundle);
    return bundle;
  }

  private countAttempts({ attempts }: ExchangeRecord): void {
    const [only] = attempts;
    if (only !== undefined && attempts.length === 1 && only.errorCode === null) return this.successes(only).add();
    let before: AttemptRecord | null = null;
    const asked: string[] = [];
    for (const attempt of attempts) {
      const provider = this.providers.of(attempt.provider);
      // Of a client that left nothing is known about the provider.
      const isOurs = attempt.errorCode === "request_timeout";
      const result = attempt.errorCode === null ? "success" : isOurs ? "aborted" : "error";
      this.attemptCount(provider, this.models.of(attempt.model), result).add();
      if (result === "error") this.families.providerErrors.with(provider, attempt.errorCode ?? "").add();
      if (asked.includes(provider)) this.families.retries.with(provider).add();
      asked.push(provider);
      if (before !== null && before.provider !== attempt.provider)
        this.families.failovers.with(this.providers.of(before.provider), provider).add();
      before = attempt;
    }
  }

  /** Of nearly all requests, at the provider and model of the one before. */
  private successes({ provider, model }: AttemptRecord): Count {
    const { lastSuccess } = this;
    if (lastSuccess !== null && lastSuccess.provider === provider && lastSuccess.model === model)
      return lastSuccess.count;
    const overflows = this.models.overflows();
    const count = this.attemptCount(this.providers.of(provider), this.models.of(model), "success");
    // What is one too many is counted each time that it is met.
    this.lastSuccess = this.models.overflows() === overflows ? { provider, model, count } : null;
    return count;
  }

  private attemptCount(provider: string, model: string, result: string): Count {
    const key = `${provider}\u0000${model}\u0000${result}`;
    let count = this.attempts.get(key);
    if (!count) this.attempts.set(key, (count = this.families.attempts.with(provider, model, result)));
    return count;
  }
}

function addTokens(counts: TokenCounts, { usage }: ExchangeRecord): void {
  const { inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = usage;
  counts.inputAll.add(inputUncached + cacheRead + cacheWrite5m + cacheWrite1h);
  counts.outputAll.add(output);
  counts.input.add(inputUncached);
  counts.cacheRead.add(cacheRead);
  counts.cacheWrite5m.add(cacheWrite5m);
  counts.cacheWrite1h.add(cacheWrite1h);
  counts.output.add(output);
  counts.reasoning.add(reasoning);
}
