import type { PlanRecord } from "../ir/exchange-record.ts";
import type { Plan } from "./types.ts";

/** A configuration may have thousands of routes that are not for this request; no record should carry them all. */
const MAX_LEFT_OUT = 50;

type Recorded = Pick<Plan, keyof PlanRecord & keyof Plan>;

/** Most requests go by a plan that is remembered, and nobody changes a record of it. */
const records = new WeakMap<Recorded, PlanRecord>();

/** What of a plan stands on the record of its exchange, and what an explanation shows: the same value. */
export function planRecordOf(plan: Recorded): PlanRecord {
  const known = records.get(plan);
  if (known !== undefined) return known;
  const { matched, targets, leftOut, variant } = plan;
  const record = {
    matched,
    targets: targets.map(({ provider, model, wire, reason }) => ({ provider, model, wire, reason })),
    leftOut: leftOut.slice(0, MAX_LEFT_OUT),
    leftOutMore: Math.max(0, leftOut.length - MAX_LEFT_OUT),
    variant,
  };
  records.set(plan, record);
  return record;
}
