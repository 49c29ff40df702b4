/* oxlint-disable jsx-a11y/prefer-tag-over-role -- rows that are placed by script are no table to a browser */
import { memo } from "react";
import { inputTotal } from "../../../src-gateway/ir/usage.ts";
import { HealthDot, toneOf } from "../../components/health-dot.tsx";
import { formatShort } from "../../format/numbers.ts";
import { formatDuration, formatMoment } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";
import type { Exchange } from "./request-rows.ts";

export interface RequestRowProps {
  row: Exchange;
  index: number;
  /** When today began. */
  dayMs: number;
  /** Pixels from the top of the list. */
  top: number;
  isSelected: boolean;
  onSelect: (requestId: string) => void;
}

export const rowId = (requestId: string): string => `row-${requestId}`;

export const RequestRow = memo(function RequestRow({ row, index, dayMs, top, isSelected, onSelect }: RequestRowProps) {
  const { requestId, outcome, usage, usageSource, status } = row;
  const tokens = (count: number): string =>
    usageSource === "none" ? "–" : `${usageSource === "estimated" ? "≈" : ""}${formatShort(count)}`;
  return (
    // The list itself has the focus and the keys; a row only takes the click.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- see above
    <div
      id={rowId(requestId)}
      role="row"
      className="request-row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(requestId)}
    >
      <span role="gridcell">
        <HealthDot tone={toneOf(outcome)} label={t(`common:outcomes.${outcome}`)} />
      </span>
      <span role="gridcell" className="at-time soft cut">
        {formatMoment(row.id, dayMs)}
      </span>
      <span role="gridcell" className="at-agent soft cut">
        {row.agent ?? "–"}
      </span>
      <span role="gridcell" className="at-model cut">
        {row.modelAsked ?? row.surface}
        {row.modelServed !== null && row.modelServed !== row.modelAsked && (
          <span className="soft"> → {row.modelServed}</span>
        )}
      </span>
      <span role="gridcell" className="at-provider soft cut">
        {row.provider ?? "–"}
      </span>
      <span
        role="gridcell"
        className="at-status number"
        data-ink={status !== null && status >= 400 ? toneOf(outcome) : undefined}
      >
        {status ?? "–"}
      </span>
      <span role="gridcell" className="at-first number soft">
        {formatDuration(row.firstTokenUs)}
      </span>
      <span role="gridcell" className="at-total number">
        {formatDuration(row.totalUs)}
      </span>
      <span role="gridcell" className="at-in number">
        {tokens(inputTotal(usage))}
      </span>
      <span role="gridcell" className="at-cached number soft">
        {tokens(usage.cacheRead)}
      </span>
      <span role="gridcell" className="at-out number">
        {tokens(usage.output)}
      </span>
    </div>
  );
});
