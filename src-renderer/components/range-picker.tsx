import "./range-picker.css";
import { SegmentedControl, TextInput } from "@mantine/core";
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import {
  daysOf,
  isNamedRange,
  type NamedRange,
  RANGES,
  rangeOf,
  rangeOfDays,
  type TimeRange,
} from "../format/range.ts";
import { useHour } from "../format/use-hour.ts";
import { t } from "../i18n/t.ts";

/** A range by its name, or by its days. */
export type RangeChoice = NamedRange | `${string}..${string}`;

export interface ChosenRange {
  choice: RangeChoice;
  range: TimeRange;
  choose: (choice: string) => void;
}

/** The range that the address names, so that a page can be sent to somebody as it is seen. */
export function useRange(standard: NamedRange = "7d"): ChosenRange {
  const [search, setSearch] = useSearchParams();
  const hourMs = useHour();
  const asked = search.get("range");
  const days = useMemo(() => rangeOfDays(asked), [asked]);
  const name = isNamedRange(asked) ? asked : standard;
  const range = useMemo(() => days ?? rangeOf(name, hourMs), [days, name, hourMs]);
  const choose = (next: string): void =>
    setSearch(
      (old) => {
        const params = new URLSearchParams(old);
        params.set("range", next);
        return params;
      },
      { replace: true },
    );
  return { choice: days === null ? name : (asked as `${string}..${string}`), range, choose };
}

const CUSTOM = "custom";

export function RangePicker({ choice, range, choose }: ChosenRange) {
  const isCustom = !isNamedRange(choice);
  return (
    <div className="range-picker">
      <SegmentedControl
        size="xs"
        aria-label={t("kit:range")}
        value={isCustom ? CUSTOM : choice}
        onChange={(next) => choose(next === CUSTOM ? daysOf(range) : next)}
        data={[
          ...RANGES.map((value) => ({ value: value as string, label: t(`kit:ranges.${value}`) })),
          { value: CUSTOM, label: t("kit:ranges.custom") },
        ]}
      />
      {isCustom && <Days key={choice} days={choice} onChange={choose} />}
    </div>
  );
}

/** Two days; one that makes no range is not taken. */
function Days({ days, onChange }: { days: string; onChange: (days: string) => void }) {
  const [first = "", last = ""] = days.split("..");
  const change = (next: string): void => {
    if (rangeOfDays(next) !== null) onChange(next);
  };
  return (
    <>
      <TextInput
        type="date"
        aria-label={t("kit:firstDay")}
        defaultValue={first}
        max={last}
        onChange={(event) => change(`${event.currentTarget.value}..${last}`)}
      />
      <TextInput
        type="date"
        aria-label={t("kit:lastDay")}
        defaultValue={last}
        min={first}
        onChange={(event) => change(`${first}..${event.currentTarget.value}`)}
      />
    </>
  );
}
