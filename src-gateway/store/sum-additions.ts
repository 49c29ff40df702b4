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
  private readonly found = new Map<string, { key: Key; sums: number[] }>();

  /** @param keys the columns of the key, @param sums the others. */
  constructor(table: string, keys: readonly string[], sums: readonly string[]) {
    this.table = table;
    this.keys = keys;
    this.sums = sums;
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
    for (let at = 0; at < names.length; ) {
      const size = SIZES.find((each) => each <= names.length - at) ?? 1;
      const parameters: (string | number)[] = [];
      for (const end = at + size; at < end; at++) {
        const { key = [], sums = [] } = this.found.get(names[at] ?? "") ?? {};
        parameters.push(...key, ...sums);
      }
      await db.executeQuery({ ...this.queryOf(size, dialect), parameters });
    }
  }

  private queryOf(size: number, dialect: DialectName): CompiledQuery {
    const name = `${dialect} ${this.table} ${size}`;
    const known = queries.get(name);
    if (known !== undefined) return known;
    const made = CompiledQuery.raw(this.textOf(size, dialect));
    queries.set(name, made);
    return made;
  }

  private textOf(size: number, dialect: DialectName): string {
    const { table, keys, sums } = this;
    let parameter = 0;
    const place = (): string => (dialect === "postgres" ? `$${++parameter}` : "?");
    const columns = [...keys, ...sums];
    const values = Array.from({ length: size }, () => `(${columns.map(place).join(",")})`);
    return (
      `insert into ${table} (${columns.join(",")}) values ${values.join(",")} on conflict (${keys.join(",")}) do update set ` +
      sums.map((column) => `${column}=${table}.${column}+excluded.${column}`).join(",")
    );
  }
}

const queries = new Map<string, CompiledQuery>();
