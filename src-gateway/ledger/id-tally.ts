import { DAY_US } from "./usage-segments.ts";

interface Tally {
  count: number;
  first: number;
  second: number;
}

/**
 * Says on which days two lists of ids differ, without keeping the ids: of each day it keeps a count and two sums of
 * what the ids are hashed to.
 */
export class IdTally {
  private readonly days = new Map<number, Tally>();

  add(id: number): void {
    const day = Math.floor(id / DAY_US);
    let tally = this.days.get(day);
    if (tally === undefined) this.days.set(day, (tally = { count: 0, first: 0, second: 0 }));
    const low = id | 0;
    const high = Math.floor(id / 2 ** 32) | 0;
    tally.count++;
    tally.first = (tally.first + mix(low ^ Math.imul(high, 0x9e3779b1))) | 0;
    tally.second = (tally.second + mix(high ^ Math.imul(low, 0x85ebca6b))) | 0;
  }

  /** Days since 1970, in order. */
  differingFrom(other: IdTally): number[] {
    const days = new Set([...this.days.keys(), ...other.days.keys()]);
    return [...days].filter((day) => !isSame(this.days.get(day), other.days.get(day))).sort((a, b) => a - b);
  }
}

function isSame(a: Tally | undefined, b: Tally | undefined): boolean {
  return a !== undefined && b !== undefined && a.count === b.count && a.first === b.first && a.second === b.second;
}

function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return hash ^ (hash >>> 16);
}
