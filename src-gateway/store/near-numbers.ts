import { NAMED_COLUMNS } from "./named-columns.ts";
import type { NameNumbers } from "./names.ts";

/** The numbers of names, for one group of rows: most have their texts in common with the row before. */
export class NearNumbers {
  private readonly names: NameNumbers;
  private readonly texts: (string | null)[] = Array.from({ length: NAMED_COLUMNS.length }, () => null);
  private readonly numbers: (number | null | undefined)[] = Array.from({ length: NAMED_COLUMNS.length }, () => null);

  constructor(names: NameNumbers) {
    this.names = names;
  }

  /** @param place of the column among those with names; any one, as long as it is always the same. */
  of(place: number, text: string | null): number | null | undefined {
    if (this.texts[place] !== text) {
      this.texts[place] = text;
      this.numbers[place] = text === null ? null : this.names.get(text);
    }
    return this.numbers[place];
  }
}
