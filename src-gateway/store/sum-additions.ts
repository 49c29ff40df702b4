/** What is to be added to the sums of one table: a row per sum, of however many exchanges. */
import { CompiledQuery, type Kysely } from "kysely";
import type { DialectName } from "./open-store.ts";
import type { Database } from "./schema.ts";

type Key = readonly (string | number)[];

/** Statements have one of these sizes, so that their texts can be kept. */
const SIZES = [64, 32, 16, 8, 4, 2, 1] as const;

export class SumAdditions {
  readonly table: string;
  private readonly keys: readonly string[];
  private readonly sums: readonly string[];
  /** As places among the sums. */
  private readonly choices: readonly (readonly number[])[];
  private readonly found = new Map<string, { key: Key; sums: number[] }>();

  /**
   * @param keys the columns of the key, @param sums the others.
   * @param few of the sums, fewest first: a statement names these alone where the others are nothing in all rows.
   */
  constructor(
    table: string,
    keys: readonly string[],
    sums: readonly string[],
    few: readonly (readonly string[])[] = [],
  ) {
    this.table = table;
    this.keys = keys;
    this.sums = sums;
    this.choices = few.map((names) => names.map((name) => sums.indexOf(name)));
  }

  add(key: Key, sums: readonly number[]): void {
    const name = key.join("\n");
    const known = this.found.get(name)?.sums;
    if (known === undefined) {
      this.found.set(name, { key, sums: [...sums] });
      return;
    }
    for (let at = 0; at < sums.length; at++) known[at] = (known[at] ?? 0) + (sums[at] ?? 0);
  }

  /** The key columns first. */
  rows(): (string | number)[][] {
    return [...this.found.values()].map(({ key, sums }) => [...key, ...sums]);
  }

  async write(db: Kysely<Database>, dialect: DialectName): Promise<void> {
    // In one order everywhere: of two replicas that add to the same rows, one waits for the other.
    const names = [...this.found.keys()].sort();
    const places = this.placesNeeded();
    for (let at = 0; at < names.length; ) {
      const size = SIZES.find((each) => each <= names.length - at) ?? 1;
      const parameters: (string | number)[] = [];
      for (const end = at + size; at < end; at++) {
        const { key = [], sums = [] } = this.found.get(names[at] ?? "") ?? {};
        parameters.push(...key);
        for (const place of places) parameters.push(sums[place] ?? 0);
      }
      await db.executeQuery({ ...this.queryOf(size, dialect, places), parameters });
    }
  }

  private placesNeeded(): readonly number[] {
    const isNeeded = this.sums.map(() => false);
    for (const { sums } of this.found.values())
      for (let place = 0; place < sums.length; place++) if (sums[place] !== 0) isNeeded[place] = true;
    const has = (places: readonly number[]): boolean =>
      isNeeded.every((needed, place) => !needed || places.includes(place));
    return this.choices.find(has) ?? this.sums.map((_, place) => place);
  }

  private queryOf(size: number, dialect: DialectName, places: readonly number[]): CompiledQuery {
    const name = `${dialect} ${this.table} ${size} ${places.length}`;
    const known = queries.get(name);
    if (known !== undefined) return known;
    const made = CompiledQuery.raw(this.textOf(size, dialect, places));
    queries.set(name, made);
    return made;
  }

  private textOf(size: number, dialect: DialectName, places: readonly number[]): string {
    const { table, keys } = this;
    const sums = places.flatMap((at) => this.sums.slice(at, at + 1));
    const zeros = this.sums.filter((name) => !sums.includes(name));
    let parameter = 0;
    const place = (): string => (dialect === "postgres" ? `$${++parameter}` : "?");
    const columns = [...keys, ...sums, ...zeros];
    const value = (): string => [...[...keys, ...sums].map(place), ...zeros.map(() => "0")].join(",");
    const values = Array.from({ length: size }, () => `(${value()})`);
    return (
      `insert into ${table} (${columns.join(",")}) values ${values.join(",")} on conflict (${keys.join(",")}) do update set ` +
      sums.map((column) => `${column}=${table}.${column}+excluded.${column}`).join(",")
    );
  }
}

const queries = new Map<string, CompiledQuery>();
