/** What is kept of providers, models, keys, and keys with models; and the names these are kept under. */
import { Circuit, type CircuitRules } from "./circuit.ts";
import { ModelRecord } from "./model-record.ts";
import { Rest } from "./rest.ts";
import { StateMap } from "./state-map.ts";
import type { HealthTarget } from "./types.ts";

export interface ModelState {
  circuit: Circuit;
  rest: Rest;
  record: ModelRecord;
}

/** A key with a model. */
export interface TargetState {
  rest: Rest;
  attempts: number;
  failures: number;
}

export interface States {
  providers: StateMap<Circuit>;
  models: StateMap<ModelState>;
  keys: StateMap<Rest>;
  targets: StateMap<TargetState>;
}

/** Far more than anybody uses; each holds some hundred numbers at most. */
export const MAX_STATES = 1000;

export function createStates(rules: CircuitRules, random: () => number, nowMs: () => number): States {
  const newCircuit = (): Circuit => new Circuit(rules, random);
  const isClosed = (circuit: Circuit): boolean => circuit.state(nowMs()) === "closed";
  const isOver = (rest: Rest): boolean => rest.untilMs <= nowMs();
  return {
    providers: new StateMap(MAX_STATES, newCircuit, isClosed),
    models: new StateMap<ModelState>(
      MAX_STATES,
      () => ({ circuit: newCircuit(), rest: new Rest(), record: new ModelRecord() }),
      ({ circuit, rest }) => isClosed(circuit) && isOver(rest),
    ),
    keys: new StateMap(MAX_STATES, () => new Rest(), isOver),
    targets: new StateMap<TargetState>(
      MAX_STATES,
      () => ({ rest: new Rest(), attempts: 0, failures: 0 }),
      ({ rest }) => isOver(rest),
    ),
  };
}

/** Ids of providers and keys hold no such character; model names, which come last, may. */
const BETWEEN = "\u0000";

/** The same few names are asked for ten times with each request, and a text that was put together has to be read to be found. */
let last = { provider: "", key: "", model: "", ofModel: BETWEEN, ofKey: BETWEEN, ofTarget: BETWEEN + BETWEEN };

export function modelName(provider: string, model: string): string {
  return provider === last.provider && model === last.model ? last.ofModel : provider + BETWEEN + model;
}

export const keyName = (target: HealthTarget): string => namesOf(target).ofKey;
export const targetName = (target: HealthTarget): string => namesOf(target).ofTarget;

function namesOf({ provider, key, model }: HealthTarget): typeof last {
  if (provider !== last.provider || key !== last.key || model !== last.model) {
    const ofKey = provider + BETWEEN + key;
    last = { provider, key, model, ofModel: provider + BETWEEN + model, ofKey, ofTarget: ofKey + BETWEEN + model };
  }
  return last;
}

/** A name of two parts, taken apart. */
export function splitTwo(name: string): [provider: string, rest: string] {
  const at = name.indexOf(BETWEEN);
  return [name.slice(0, at), name.slice(at + 1)];
}

export function splitTarget(name: string): HealthTarget {
  const [provider, rest] = splitTwo(name);
  const [key, model] = splitTwo(rest);
  return { provider, key, model };
}
