import type { PlanRecord } from "../ir/exchange-record.ts";
import type { Plan } from "./types.ts";

/** A configuration may have thousands of routes that are not for this request; no record should carry them all. */
const MAX_LEFT_OUT = 50;

/** What of a plan stands on the record of its exchange, and what an explanation shows: the same value. */
export function planRecordOf({
  matched,
  targets,
  leftOut,
  variant,
}: Pick<Plan, keyof PlanRecord & keyof Plan>): PlanRecord {
  return {
    matched,
    targets: targets.map(({ provider, model, wire, reason }) => ({ provider, model, wire, reason })),
    leftOut: leftOut.slice(0, MAX_LEFT_OUT),
    leftOutMore: Math.max(0, leftOut.length - MAX_LEFT_OUT),
    variant,
  };
}
