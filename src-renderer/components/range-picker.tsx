import { SegmentedControl } from "@mantine/core";
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { isNamedRange, type NamedRange, RANGES, rangeOf, type TimeRange } from "../format/range.ts";
import { useHour } from "../format/use-hour.ts";
import { t } from "../i18n/t.ts";

/** The range that the address names, so that a page can be sent to somebody as it is seen. */
export function useRange(standard: NamedRange = "7d"): {
  name: NamedRange;
  range: TimeRange;
  choose: (name: NamedRange) => void;
} {
  const [search, setSearch] = useSearchParams();
  const hourMs = useHour();
  const asked = search.get("range");
  const name = isNamedRange(asked) ? asked : standard;
  const range = useMemo(() => rangeOf(name, hourMs), [name, hourMs]);
  const choose = (next: NamedRange): void =>
    setSearch(
      (old) => {
        const params = new URLSearchParams(old);
        params.set("range", next);
        return params;
      },
      { replace: true },
    );
  return { name, range, choose };
}

export function RangePicker({ name, choose }: { name: NamedRange; choose: (name: NamedRange) => void }) {
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("kit:range")}
      value={name}
      onChange={(next) => isNamedRange(next) && choose(next)}
      data={RANGES.map((value) => ({ value, label: t(`kit:ranges.${value}`) }))}
    />
  );
}
