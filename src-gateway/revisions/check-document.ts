import type { SettingProblem } from "../settings/types.ts";
import { placeOf } from "../settings/yaml-reader.ts";
import { findHidden, findLiterals, type Literal } from "./hide-literals.ts";
import type { DocumentProblem, InForce } from "./types.ts";

/** Everything that is wrong with a text that somebody wants to be in force, in the order of its lines. */
export function checkDocument(
  text: string,
  before: string,
  options: { inForce: Pick<InForce, "check">; known: readonly string[] },
): DocumentProblem[] {
  const { inForce, known } = options;
  const old = findLiterals(before, known).map((literal) => textOf(before, literal));
  const literals = findLiterals(text, known).filter((literal) => !old.includes(textOf(text, literal)));
  const refused = literals.map(({ line, column }) => ({ line, column, ...CLEAR }));
  const hidden = findHidden(text)
    .filter(({ isValue }) => isValue)
    .map(({ line, column }) => ({ line, column, ...NOT_THERE }));
  const problems = inForce.check(text).map(toDocumentProblem);
  const isTold = ({ line }: DocumentProblem): boolean => refused.some((each) => each.line === line);
  return [...refused, ...hidden, ...problems.filter((problem) => !isTold(problem))].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

const textOf = (text: string, { start, end }: Literal): string => text.slice(start, end);

const CLEAR = {
  key: "document",
  problem: "a key stands here in clear text",
  hint: "keep it with `gateway secret set NAME`, and write secret:NAME",
};
const NOT_THERE = {
  key: "document",
  problem: "a secret stood here and was hidden, so it cannot come back",
  hint: "keep it with `gateway secret set NAME`, and write secret:NAME",
};

export function toDocumentProblem(problem: SettingProblem): DocumentProblem {
  const { where, key, hint } = problem;
  const place = placeOf(problem);
  // What only shows when all is known names the line of its entry.
  const line = place?.line ?? Number(/:(\d+)$/.exec(where)?.[1] ?? Number.NaN);
  return { line: Number.isNaN(line) ? null : line, column: place?.column ?? null, key, problem: problem.problem, hint };
}
