import type {
  ChangeResultView,
  DocumentProblemView,
  NounChangeView,
} from "../admin-api/contract/configuration-schemas.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { harmless } from "./format.ts";
import type { Printer } from "./printer.ts";

const SIGNS = { added: "+", removed: "-", changed: "~", moved: ">" } as const;
const COLOURS = { added: "green", removed: "red", changed: "yellow", moved: "yellow" } as const;

/** What a change came to. @throws CliError when something is wrong with it. */
export async function printChange(printer: Printer, result: ChangeResultView): Promise<void> {
  if (!(await printer.data(result))) {
    printProblems(printer, result.problems);
    if (result.problems.length === 0) {
      printChanges(printer, result.changes);
      if (result.applied) printer.line(`Revision ${result.revision?.id ?? "–"} is in force.`);
      else printer.line(result.changes.length === 0 ? "Nothing would change." : "Nothing was changed.");
    }
    if (result.missing.length > 0)
      printer.note(`A secret stood in line ${result.missing.join(", ")}, was hidden and cannot come back.`);
  }
  if (result.problems.length > 0) throw new CliError(EXIT.failed, "");
}

function printProblems(printer: Printer, problems: readonly DocumentProblemView[]): void {
  for (const { line, column, key, problem, hint } of problems) {
    const place = line === null ? "" : `${line}${column === null ? "" : `:${column}`}: `;
    printer.line(
      harmless(`${printer.paint("red", "fail")}  ${place}${key}: ${problem}${hint === "" ? "" : ` (${hint})`}`),
    );
  }
}

function printChanges(printer: Printer, changes: readonly NounChangeView[]): void {
  for (const { noun, name, change } of changes)
    printer.line(printer.paint(COLOURS[change], `${SIGNS[change]} ${noun} ${harmless(name)} ${change}`));
}
