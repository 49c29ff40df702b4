import { Select } from "@mantine/core";
import { isNamedRange, RANGES, rangeOf } from "../../format/range.ts";
import { t } from "../../i18n/t.ts";

export const SPANS = [...RANGES, "all"] as const;
export type Span = (typeof SPANS)[number];

/** The moments of a span, for a query; nothing of all that there is. */
export function momentsOf(span: Span): { fromUs?: number; toUs?: number } {
  if (!isNamedRange(span)) return {};
  const { fromUs, toUs } = rangeOf(span, Date.now());
  return { fromUs, toUs };
}

export function SpanSelect({ span, onChange }: { span: Span; onChange: (span: Span) => void }) {
  return (
    <Select
      label={t("kit:range")}
      data={SPANS.map((value) => ({ value, label: isNamedRange(value) ? t(`kit:ranges.${value}`) : t("ledger:all") }))}
      value={span}
      onChange={(value) => onChange(SPANS.find((each) => each === value) ?? span)}
      allowDeselect={false}
    />
  );
}
