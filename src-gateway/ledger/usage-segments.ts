/** A span of time as days, hours and what is left at both ends: whole ones are read from sums, the rest from rows. */
export const HOUR_US = 3_600_000_000;
export const DAY_US = 24 * HOUR_US;

export interface Span {
  from: number;
  /** Not included. */
  to: number;
}

export interface Segments {
  /** In days since 1970. */
  days: Span[];
  /** In hours since 1970. */
  hours: Span[];
  /** In microseconds since 1970. */
  rows: Span[];
}

/** Before and after everything, in a number that all databases can compare. */
const NEVER = Number.MAX_SAFE_INTEGER;

export function segmentsOf(range: { fromUs?: number; toUs?: number }, hasHours: boolean): Segments {
  const all: Span = { from: range.fromUs ?? 0, to: range.toUs ?? NEVER };
  const [days, outsideDays] = whole([all], DAY_US);
  const [hours, rows] = hasHours ? whole(outsideDays, HOUR_US) : [[], outsideDays];
  return { days, hours, rows };
}

/** The whole units within the spans, in units, and what lies around them. */
function whole(spans: readonly Span[], unitUs: number): [units: Span[], rest: Span[]] {
  const units: Span[] = [];
  const rest: Span[] = [];
  for (const { from, to } of spans) {
    const first = Math.ceil(from / unitUs);
    const last = to === NEVER ? Math.floor(NEVER / unitUs) : Math.floor(to / unitUs);
    if (last <= first) {
      rest.push({ from, to });
      continue;
    }
    units.push({ from: first, to: last });
    rest.push({ from, to: first * unitUs });
    if (to !== NEVER) rest.push({ from: last * unitUs, to });
  }
  return [units, rest.filter(({ from, to }) => from < to)];
}
