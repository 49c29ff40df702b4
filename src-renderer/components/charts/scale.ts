/** The numbers behind charts: where lines of a grid stand, and how a value becomes a height. Pure. */

/** Round numbers from 0 to at least `max`, at most `most` of them besides the 0: 0, 5, 10, 15. */
export function ticksTo(max: number, most = 4): number[] {
  if (!(max > 0) || !Number.isFinite(max)) return [0, 1];
  const rough = max / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  // Multiplied, not added up: 0.1 + 0.2 is not 0.3.
  return Array.from({ length: Math.ceil(max / step - 1e-9) + 1 }, (_, place) => place * step);
}

/** Which of `count` labels are shown when only `most` fit: evenly, the last one always. */
export function labelled(count: number, most: number): Set<number> {
  const every = Math.max(1, Math.ceil(count / Math.max(1, most)));
  return new Set(
    Array.from({ length: count }, (_, place) => place).filter((place) => (count - 1 - place) % every === 0),
  );
}

const CHARACTER_PX = 6.5;
const GAP_PX = 14;
const USUAL_ROOM_PX = 56;

/** The room that the numbers beside a chart need, in pixels: the same for most, so that charts stand in line. */
export const roomFor = (labels: readonly string[]): number =>
  Math.max(USUAL_ROOM_PX, ...labels.map(({ length }) => Math.ceil(length * CHARACTER_PX) + GAP_PX));

export interface Segment {
  series: number;
  from: number;
  to: number;
}

/** The parts of one bar, from the bottom up; what is zero or unknown takes no room. */
export function stack(values: readonly (number | null)[]): Segment[] {
  let height = 0;
  return values.flatMap((value, series) => {
    if (value === null || value <= 0) return [];
    const from = height;
    height += value;
    return [{ series, from, to: height }];
  });
}

/**
 * Each name has its colour, the same on every chart and every day: a number from 1 to 10. Only where two names of one
 * chart would have the same one, the later of them (by name) takes the next that is free.
 */
export function coloursOf(names: readonly string[]): Map<string, number> {
  const given = new Map<string, number>();
  const taken = new Set<number>();
  for (const name of names.toSorted((a, b) => (a < b ? -1 : 1))) {
    let colour = hash(name) % COLOURS;
    for (let tries = 0; taken.has(colour) && tries < COLOURS; tries++) colour = (colour + 1) % COLOURS;
    taken.add(colour);
    given.set(name, colour + 1);
  }
  return given;
}

const COLOURS = 10;

function hash(name: string): number {
  let value = 2_166_136_261;
  for (const unit of name) value = Math.imul(value ^ (unit.codePointAt(0) ?? 0), 16_777_619);
  return value >>> 0;
}
