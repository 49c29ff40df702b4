import type { DiffView } from "../admin-api/contract/log-endpoints.ts";
import type { Connection } from "./connect.ts";
import type { Context } from "./context.ts";
import { cut, harmless, widthOf } from "./format.ts";

const STANDARD_WIDTH = 120;
const LEAST_SIDE = 20;
const GUTTER = " │ ";

/** Two answers side by side, in as many columns as the terminal has. */
export async function showDiff({ printer }: Context, { client }: Connection, id: string, other: string): Promise<void> {
  const diff = await client.call("diffAnswers", { params: { id }, query: { with: other } });
  if (await printer.data(diff)) return;
  const side = Math.max(LEAST_SIDE, Math.floor(((printer.width ?? STANDARD_WIDTH) - GUTTER.length - 2) / 2));
  const title = ({ requestId, model, provider }: DiffView["left"]): string =>
    `${requestId} ${model ?? "–"} at ${provider ?? "–"}`;
  printer.line(printer.paint("dim", `  ${fill(title(diff.left), side)}${GUTTER}${cut(title(diff.right), side)}`));
  for (const { left, right } of diff.lines) {
    const isSame = left === right;
    const mark = isSame ? " " : left === null ? "+" : right === null ? "-" : "~";
    const line = `${mark} ${fill(harmless(left ?? ""), side)}${GUTTER}${cut(harmless(right ?? ""), side)}`;
    printer.line(isSame ? line : printer.paint(left === null ? "green" : right === null ? "red" : "yellow", line));
  }
  if (diff.isSame) printer.note("Both say the same.");
}

function fill(text: string, width: number): string {
  const short = cut(text, width);
  return short + " ".repeat(Math.max(0, width - widthOf(short)));
}
