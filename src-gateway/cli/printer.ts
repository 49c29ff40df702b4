import type { Paint } from "./colours.ts";
import { harmless, widthOf } from "./format.ts";
import { type Column, layOut } from "./table.ts";
import type { CliWorld } from "./world.ts";

export const OUTPUT_FORMS = ["table", "json", "yaml"] as const;
export type OutputForm = (typeof OUTPUT_FORMS)[number];

/** Values as a table for people, or as JSON or YAML for programs. */
export interface Printer {
  form: OutputForm;
  paint: Paint;
  /** Of the terminal; null where nothing should be cut. */
  width: number | null;
  list<Row>(rows: Row[], columns: Column<Row>[], whenEmpty: string): Promise<void>;
  /** One thing, as `name  value` lines for people. */
  fields(value: object, lines: [name: string, text: string][]): Promise<void>;
  /** For programs only; false when a person is to be shown something, which is then up to the caller. */
  data(value: unknown): Promise<boolean>;
  line(text: string): void;
  /** Beside the result, to a person. */
  note(text: string): void;
}

export function createPrinter(world: CliWorld, form: OutputForm, paint: Paint): Printer {
  const line = (text: string): void => void world.stdout.write(`${text}\n`);
  const width = widthFor(world);
  const data = async (value: unknown): Promise<boolean> => {
    if (form === "table") return false;
    if (form === "json") line(toJson(value, 2));
    else line(await toYaml(value));
    return true;
  };
  return {
    form,
    paint,
    width,
    data,
    line,
    note: (text) => void world.stderr.write(`${text}\n`),
    async list(rows, columns, whenEmpty) {
      if (await data(rows)) return;
      if (rows.length === 0) return line(whenEmpty);
      const table = layOut(rows, columns, { width, paint });
      line([table.header(), ...rows.map((row) => table.line(row))].join("\n"));
    },
    async fields(value, lines) {
      if (await data(value)) return;
      const widest = Math.max(...lines.map(([name]) => widthOf(name)));
      for (const [name, text] of lines) line(`${paint("dim", name.padEnd(widest))}  ${harmless(text)}`);
    },
  };
}

function widthFor({ env, stdout }: CliWorld): number | null {
  if (stdout.isTTY === true && stdout.columns) return stdout.columns;
  const asked = Number(env["COLUMNS"]);
  return Number.isInteger(asked) && asked > 0 ? asked : null;
}

/** JSON leaves characters alone that steer some terminals. */
const escapeControls = (text: string): string =>
  text.replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

export const toJson = (value: unknown, indent = 0): string => escapeControls(JSON.stringify(value, null, indent));

export async function toYaml(value: unknown): Promise<string> {
  // Loaded only by those who want it: it takes longer than most commands.
  const { stringify } = await import("yaml");
  const text = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
  // Left in a text, they would steer the terminal; written as in JSON, they mean the same.
  return /[^\n\P{Cc}]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text) ? toJson(value, 2) : text;
}
