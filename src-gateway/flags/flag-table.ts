import type { FlagName, FlagRow } from "./types.ts";

/** Each of them switches something that the settings allow; a setting that is off stays off. */
export const FLAGS: Readonly<Record<FlagName, FlagRow>> = {
  retry_join: {
    name: "retry_join",
    description: "A client that asks the same again is given the answer that is on its way, or was just given.",
    stage: "stable",
    standard: true,
  },
  runaway_guard: {
    name: "runaway_guard",
    description: "Agents that run in circles are noticed, and what the setting runaway says is done about them.",
    stage: "stable",
    standard: true,
  },
  prompt_report: {
    name: "prompt_report",
    description: "Each prompt is compared with the turn before, to tell why it could not be read from the cache.",
    stage: "stable",
    standard: true,
  },
  own_count: {
    name: "own_count",
    description: "Tokens are counted beside the provider, where own_token_count or estimate_missing_usage ask for it.",
    stage: "new",
    standard: true,
  },
};
