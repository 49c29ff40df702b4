/**
 * Who can be asked right now. `health/` learns from the attempts that are made, and from nothing else unless the operator
 * wants probes: circuits of providers and of their models, pauses of keys and models, how fast answers come, and whether
 * that is worse than it used to be. Time and chance are arguments; nothing here waits or calls anybody.
 */
import type { Clock } from "../lib/clock.ts";
import { Attempt, type AttemptListener } from "./attempt.ts";
import { findObstacle } from "./obstacle.ts";
import { reportCircuits, reportTargets } from "./report.ts";
import { resetStates } from "./reset.ts";
import { createStates, modelName } from "./states.ts";
import { type HealthRules, Student } from "./student.ts";
import type { Health, HealthEvent } from "./types.ts";
import { inWords } from "./words.ts";

export function createHealth(options: { clock: Clock; settings: HealthRules; random: () => number }): Health {
  const { clock, settings, random } = options;
  const nowMs = (): number => clock.monotonicUs() / 1000;
  const states = createStates(settings, random, nowMs);
  const listeners = new Set<(event: HealthEvent) => void>();
  const tell = (event: HealthEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const student = new Student(states, settings, random, tell);
  const watcher: AttemptListener = {
    answering: (attempt) => student.answering(attempt, nowMs()),
    end: (attempt, outcome) => student.end(attempt, outcome, nowMs()),
  };
  return {
    obstacle: (target) => findObstacle(states, target, nowMs()),
    availableAtMs: (target) => findObstacle(states, target, nowMs())?.untilMs ?? 0,
    reason(target) {
      const now = nowMs();
      return inWords(findObstacle(states, target, now), now);
    },
    firstTokenP50Ms: (provider, model) =>
      states.models.find(modelName(provider, model))?.record.firstTokenP50Ms(nowMs()) ?? null,
    begin(target) {
      const now = nowMs();
      if (findObstacle(states, target, now) !== null) return null;
      const attempt = new Attempt(target, now, watcher);
      student.begin(attempt);
      return attempt;
    },
    status: () => reportTargets(states, nowMs()),
    circuits: () => reportCircuits(states, nowMs()),
    learn: (provider, isReachable) => student.learn(provider, isReachable, nowMs()),
    reset: (filter) => resetStates(states, filter, tell),
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
