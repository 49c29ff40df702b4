/** Things that happen alike: the first is told at once, the others together when some time has passed. */
export interface Told<Sample> {
  count: number;
  sinceMs: number;
  /** The latest of them. */
  sample: Sample;
}

export interface Groups<Sample> {
  /** @returns what is to be told now; null when it waits for others. */
  add(key: string, sample: Sample, nowMs: number): Told<Sample> | null;
  /** What was held back for long enough. */
  due(nowMs: number): Told<Sample>[];
}

const WINDOW_MS = 300_000;
/** More kinds of trouble at once are one kind of trouble. */
const MAX_GROUPS = 200;
const OTHERS = "others";

export function createGroups<Sample>(windowMs = WINDOW_MS): Groups<Sample> {
  const groups = new Map<string, Told<Sample> & { toldAtMs: number }>();
  return {
    add(wanted, sample, nowMs) {
      const key = groups.has(wanted) || groups.size < MAX_GROUPS ? wanted : OTHERS;
      const group = groups.get(key);
      if (group === undefined) {
        groups.set(key, { count: 0, sinceMs: nowMs, sample, toldAtMs: nowMs });
        return { count: 1, sinceMs: nowMs, sample };
      }
      if (group.count === 0) group.sinceMs = nowMs;
      group.count += 1;
      group.sample = sample;
      return null;
    },
    due(nowMs) {
      const told: Told<Sample>[] = [];
      for (const [key, group] of groups) {
        if (nowMs - group.toldAtMs < windowMs) continue;
        if (group.count === 0) groups.delete(key);
        else {
          told.push({ count: group.count, sinceMs: group.sinceMs, sample: group.sample });
          Object.assign(group, { count: 0, toldAtMs: nowMs });
        }
      }
      return told;
    },
  };
}
