import "./meter.css";

export interface MeterProps {
  /** Says it all in words. */
  label: string;
  used: number;
  held?: number;
  limit: number;
  /** Parts of the limit at which something is done: 0.8 for 80 percent. */
  marks?: readonly number[];
}

/** How much of a limit is used. */
export function Meter({ label, used, held = 0, limit, marks = [] }: MeterProps) {
  // A mark behind the limit must be seen as well.
  const end = limit * Math.max(1, ...marks);
  const width = (value: number): string => `${end <= 0 ? 100 : Math.min(100, Math.max(0, (value / end) * 100))}%`;
  const share = limit <= 0 ? 1 : (used + held) / limit;
  return (
    <div
      className="meter"
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- the element can neither show two parts nor marks
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.min(100, Math.round(share * 100))}
      aria-valuetext={label}
      data-tone={share >= 1 ? "bad" : share >= 0.8 ? "warn" : undefined}
      title={label}
    >
      <span className="meter-part" style={{ width: width(used) }} />
      <span className="meter-part is-held" style={{ width: width(Math.min(held, Math.max(0, end - used))) }} />
      {marks.map((mark) => (
        <span key={mark} className="meter-mark" style={{ left: `calc(${width(mark * limit)} - 1px)` }} />
      ))}
    </div>
  );
}
