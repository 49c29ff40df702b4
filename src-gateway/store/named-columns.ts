/**
 * Columns of exchanges whose texts are kept once, in the table `names`: models, agents and plans come again in millions of
 * rows. `exchange_rows` holds the numbers of the texts; the view `exchanges` reads like a table that holds the texts.
 */
export const NAMED_COLUMNS = [
  "agent",
  "session",
  "project",
  "git_branch",
  "surface",
  "model_asked",
  "model_routed",
  "model_served",
  "provider",
  "attempt_reason",
  "usage_source",
  "error_code",
  "finish_reason",
  "service_tier",
  "plan",
  "losses",
] as const;
export type NamedColumn = (typeof NAMED_COLUMNS)[number];
