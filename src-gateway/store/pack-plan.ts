/** The plan of an exchange as one column. Nearly all plans have one target, of which the row says most already. */
import type { ExchangeRecord, PlanRecord } from "../ir/exchange-record.ts";
import type { ProviderWire } from "../ir/protocol.ts";

/** Of the same row, as it is read back. */
export type PlanContext = Pick<ExchangeRecord, "provider" | "modelRouted" | "attempts">;

type Target = PlanRecord["targets"][number];
type TargetTuple = [provider: string, model: string, wire: ProviderWire, reason: string];
type LeftOutTuple = [provider: string, model: string, why: string];
/** Without the names of its fields, and without what is empty at its end. */
type PlanTuple = [
  matched: string,
  /** The wire alone where the only target is the one that the row names. */
  targets: ProviderWire | TargetTuple[],
  variant?: string | null,
  leftOut?: LeftOutTuple[],
  leftOutMore?: number,
];

export function packPlan(plan: PlanRecord | null, context: PlanContext): string | null {
  if (plan === null) return null;
  const { matched, targets, leftOut, leftOutMore, variant } = plan;
  const [only] = targets;
  const usual = only && usualTarget(only.wire, context);
  const isUsual =
    usual != null &&
    targets.length === 1 &&
    only?.provider === usual.provider &&
    only.model === usual.model &&
    only.reason === usual.reason;
  if (isUsual && leftOut.length === 0 && leftOutMore === 0) return usualText(matched, usual.wire, variant);
  const tuple: PlanTuple = [matched, isUsual ? usual.wire : targets.map(toTuple)];
  if (leftOut.length > 0 || leftOutMore > 0) {
    tuple.push(
      variant,
      leftOut.map(({ provider, model, why }): LeftOutTuple => [provider, model, why]),
    );
    if (leftOutMore > 0) tuple.push(leftOutMore);
  } else if (variant !== null) tuple.push(variant);
  return JSON.stringify(tuple);
}

interface UsualPlan {
  matched: string;
  wire: ProviderWire;
  variant: string | null;
  text: string;
}
let last: UsualPlan | null = null;

/** Most plans are those of the exchange before; the very same text is also found again the soonest. */
function usualText(matched: string, wire: ProviderWire, variant: string | null): string {
  if (last === null || last.matched !== matched || last.wire !== wire || last.variant !== variant) {
    const tuple: PlanTuple = variant === null ? [matched, wire] : [matched, wire, variant];
    last = { matched, wire, variant, text: JSON.stringify(tuple) };
  }
  return last.text;
}

export function unpackPlan(column: string | null, context: PlanContext): PlanRecord | null {
  if (column === null) return null;
  const [matched, targets, variant = null, leftOut = [], leftOutMore = 0] = JSON.parse(column) as PlanTuple;
  const usual = typeof targets === "string" ? usualTarget(targets, context) : null;
  return {
    matched,
    targets: typeof targets === "string" ? (usual ? [usual] : []) : targets.map(fromTuple),
    leftOut: leftOut.map(([provider, model, why]) => ({ provider, model, why })),
    leftOutMore,
    variant,
  };
}

/** The target that the row names; null where nobody was asked. */
function usualTarget(wire: ProviderWire, { provider, modelRouted, attempts }: PlanContext): Target | null {
  const reason = attempts[0]?.reason;
  if (reason === undefined || provider === null || modelRouted === null) return null;
  return { provider, model: modelRouted, wire, reason };
}

const toTuple = ({ provider, model, wire, reason }: Target): TargetTuple => [provider, model, wire, reason];
const fromTuple = ([provider, model, wire, reason]: TargetTuple): Target => ({ provider, model, wire, reason });
