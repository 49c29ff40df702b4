/** The metrics that exchanges are counted in. */
import type { MetricRegistry } from "./registry.ts";

const DURATIONS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];
const FIRST_TOKENS = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120];
export function exchangeFamilies(registry: MetricRegistry) {
  const where = ["surface", "provider", "model"];
  return {
    requests: registry.counter("gateway_requests_total", "Requests that are over.", [
      ...where,
      "outcome",
      "status",
      "code",
    ]),
    duration: registry.histogram(
      "gateway_request_duration_seconds",
      "From a request's arrival to the end of its answer.",
      where,
      DURATIONS,
    ),
    firstToken: registry.histogram(
      "gateway_time_to_first_token_seconds",
      "From a request's arrival to the first content of a streamed answer.",
      where,
      FIRST_TOKENS,
    ),
    errors: registry.counter("gateway_errors_total", "Requests that ended with an error, by its code.", [
      "surface",
      "error",
    ]),
    tokens: registry.counter("gateway_tokens_total", "Tokens; the kinds do not overlap.", [...where, "kind"]),
    reasoning: registry.counter("gateway_reasoning_tokens_total", "The part of the output that was reasoning.", where),
    tokensInput: registry.counter("gateway_tokens_input_total", "Input tokens, however they were cached.", [
      "provider",
      "model",
    ]),
    tokensOutput: registry.counter("gateway_tokens_output_total", "Output tokens.", ["provider", "model"]),
    cost: registry.money("gateway_cost_usd_total", "What requests cost, as the ledger has it.", where),
    unpriced: registry.counter("gateway_unpriced_requests_total", "Requests that used tokens of unknown price.", [
      "provider",
      "model",
    ]),
    joined: registry.counter("gateway_joined_requests_total", "Requests that were given the answer of another one.", [
      "surface",
    ]),
    rejections: registry.counter("gateway_rate_limit_rejections_total", "Requests refused by a limit or a budget.", [
      "key_type",
    ]),
    attempts: registry.counter("gateway_upstream_attempts_total", "Tries at providers.", [
      "provider",
      "model",
      "result",
    ]),
    providerErrors: registry.counter("gateway_provider_errors_total", "Tries that failed, by the error's code.", [
      "provider",
      "error_type",
    ]),
    retries: registry.counter(
      "gateway_upstream_retries_total",
      "Tries at a provider that the request had tried before.",
      ["provider"],
    ),
    failovers: registry.counter("gateway_failovers_total", "Tries that came after another provider had failed.", [
      "from",
      "to",
    ]),
  };
}
