import { Select } from "@mantine/core";
import type { RangeChoice } from "../../components/range-picker.tsx";
import { isNamedRange, RANGES, rangeOf, rangeOfDays } from "../../format/range.ts";
import { t } from "../../i18n/t.ts";

export type Span = RangeChoice | "all";

/** The moments of a span, for a query; nothing of all that there is. */
export function momentsOf(span: Span): { fromUs?: number; toUs?: number } {
  const range = isNamedRange(span) ? rangeOf(span, Date.now()) : rangeOfDays(span);
  return range === null ? {} : { fromUs: range.fromUs, toUs: range.toUs };
}

/** @param own days of somebody's choice, which are offered beside those that have a name */
export function SpanSelect({ span, own = span, onChange }: { span: Span; own?: Span; onChange: (span: Span) => void }) {
  const spans: Span[] = [...RANGES, ...(own === "all" || isNamedRange(own) ? [] : [own]), "all"];
  return (
    <Select
      label={t("kit:range")}
      data={spans.map((value) => ({ value, label: nameOf(value) }))}
      value={span}
      onChange={(value) => onChange(spans.find((each) => each === value) ?? span)}
      allowDeselect={false}
    />
  );
}

const nameOf = (span: Span): string =>
  isNamedRange(span) ? t(`kit:ranges.${span}`) : span === "all" ? t("ledger:all") : span.replace("..", " – ");
