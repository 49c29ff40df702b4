/** Abilities that are asked for at each request whether they are switched on. */
import type { ExchangeWorld } from "../exchange/types.ts";
import type { RunawayGuard } from "../runaway/types.ts";
import type { Parts } from "./parts.ts";

export function switchedGuard({ runaways, configuration }: Parts): RunawayGuard {
  const isOn = (userId: number | null): boolean => configuration.flags.isOn("runaway_guard", userId);
  return {
    check: (question) => (isOn(question.runner.userId) ? runaways.check(question) : null),
    settle(question, tokens) {
      if (isOn(question.runner.userId)) runaways.settle(question, tokens);
    },
    list: () => runaways.list(),
    resume: (id) => runaways.resume(id),
  };
}

export function switchedReports(
  { configuration }: Parts,
  report: ExchangeWorld["reportPrompt"],
): ExchangeWorld["reportPrompt"] {
  return (prompt) => (configuration.flags.isOn("prompt_report") ? report(prompt) : Promise.resolve(null));
}
