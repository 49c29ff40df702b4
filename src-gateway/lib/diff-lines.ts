/** Two texts side by side, line by line: the longest run of lines that both have stays, the rest is told apart. */

export interface DiffLine {
  /** Null where the other side has a line that this one has not. */
  left: string | null;
  right: string | null;
}

/** Beyond so many comparisons the middles are set against each other as they are. */
const MAX_CELLS = 4_000_000;

export function diffLines(leftText: string, rightText: string): DiffLine[] {
  const left = leftText.split("\n");
  const right = rightText.split("\n");
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let end = 0;
  const most = Math.min(left.length, right.length) - start;
  while (end < most && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  const same = (lines: readonly string[]): DiffLine[] => lines.map((line) => ({ left: line, right: line }));
  return [
    ...same(left.slice(0, start)),
    ...diffMiddle(left.slice(start, left.length - end), right.slice(start, right.length - end)),
    ...same(left.slice(left.length - end)),
  ];
}

function diffMiddle(left: readonly string[], right: readonly string[]): DiffLine[] {
  if (left.length * right.length > MAX_CELLS) return pair(left, right);
  const lengths = commonLengths(left, right);
  const width = right.length + 1;
  const lines: DiffLine[] = [];
  let [onlyLeft, onlyRight]: [string[], string[]] = [[], []];
  let [a, b] = [0, 0];
  while (a < left.length || b < right.length) {
    const [one, other] = [left[a], right[b]];
    if (one !== undefined && one === other) {
      lines.push(...pair(onlyLeft, onlyRight), { left: one, right: other });
      [onlyLeft, onlyRight] = [[], []];
      a++;
      b++;
    } else if (
      b >= right.length ||
      (one !== undefined && lengthAt(lengths, (a + 1) * width + b) >= lengthAt(lengths, a * width + b + 1))
    ) {
      onlyLeft.push(one ?? "");
      a++;
    } else {
      onlyRight.push(other ?? "");
      b++;
    }
  }
  return [...lines, ...pair(onlyLeft, onlyRight)];
}

const lengthAt = (lengths: Uint32Array, at: number): number => lengths[at] ?? 0;

/** At (a, b): how many lines the rest of both have in common. */
function commonLengths(left: readonly string[], right: readonly string[]): Uint32Array {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  for (let a = left.length - 1; a >= 0; a--) {
    for (let b = right.length - 1; b >= 0; b--) {
      lengths[a * width + b] =
        left[a] === right[b]
          ? lengthAt(lengths, (a + 1) * width + b + 1) + 1
          : Math.max(lengthAt(lengths, (a + 1) * width + b), lengthAt(lengths, a * width + b + 1));
    }
  }
  return lengths;
}

/** What was changed stands beside what it was. */
function pair(left: readonly string[], right: readonly string[]): DiffLine[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, place) => ({
    left: left[place] ?? null,
    right: right[place] ?? null,
  }));
}
