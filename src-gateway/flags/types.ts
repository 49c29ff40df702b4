/** Abilities that can be switched while the gateway runs: for everybody, an environment, a share of the users, or one of them. */

export interface FlagRow {
  name: string;
  /** What happens where it is on. */
  description: string;
  /** `stable`: off is for emergencies. `new`: on is for the curious. */
  stage: "stable" | "new";
  standard: boolean;
}

/** What was decided in place of the standard. The most particular one that is there counts: user, environment, share, all. */
export interface FlagRule {
  on?: boolean | undefined;
  /** Of the users, always the same ones; from 0 to 100. */
  percentage?: number | undefined;
  environments?: Partial<Record<"dev" | "test" | "live", boolean | undefined>> | undefined;
  /** By id. */
  users?: Record<string, boolean> | undefined;
}

export interface FlagState extends FlagRow {
  /** Null where nothing was decided. */
  rule: FlagRule | null;
  updatedAtUs: number | null;
  updatedBy: string | null;
  /** In this environment, for somebody who is no exception and in no share. */
  isOn: boolean;
}

export interface Flags {
  isOn(name: FlagName, userId?: number | null): boolean;
  list(): FlagState[];
  /** Null takes the standard again. @throws GatewayError not_found, invalid_request */
  decide(name: string, rule: FlagRule | null, author: string): Promise<FlagState>;
  /** Reads what other replicas have decided. */
  look(): Promise<void>;
}

export type FlagName = "retry_join" | "runaway_guard" | "prompt_report" | "own_count";
