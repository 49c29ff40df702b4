/**
 * Lists of JSON that mostly say again what the one before has said, as those of two requests of one client to one model:
 * runs of such values keep their text until other values come. Texts begin with the comma before them: the fewer
 * pieces a line is put together from, the less it costs.
 */
type Value = string | number | boolean | null;

export class LastText {
  private values: readonly Value[] = [];
  private text = "";

  /** @param values is kept: one that nobody changes. */
  of(values: readonly Value[]): string {
    if (!isSame(values, this.values)) {
      this.text = `,${JSON.stringify(values).slice(1, -1)}`;
      this.values = values;
    }
    return this.text;
  }
}

function isSame(values: readonly Value[], others: readonly Value[]): boolean {
  if (values.length !== others.length) return false;
  for (let at = 0; at < values.length; at++) if (values[at] !== others[at]) return false;
  return true;
}

/** What is no number of JSON is null, as `JSON.stringify` has it. */
export const numberText = (value: number | null): string => (Number.isFinite(value) ? `,${value}` : ",null");
