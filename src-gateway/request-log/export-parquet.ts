/** Parquet, a group of rows at a time; loaded only by those who want it. */
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { EXPORT_COLUMNS, type ExportColumn } from "./export-columns.ts";

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]["schema"][number];

/** Enough for columns to compress well, and little to hold. */
const ROWS_IN_GROUP = 10_000;

const TYPES: Readonly<Record<ExportColumn["kind"], Partial<SchemaElement>>> = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  big: { type: "INT64" },
  whole: { type: "INT32" },
  flag: { type: "BOOLEAN" },
};

const SCHEMA = [
  { name: "exchanges", num_children: EXPORT_COLUMNS.length },
  ...EXPORT_COLUMNS.map(({ name, kind }) => ({ name, repetition_type: "OPTIONAL", ...TYPES[kind] })),
] as SchemaElement[];

export async function* parquetOf(pages: AsyncIterable<ExchangeRecord[]>): AsyncGenerator<Buffer> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: SCHEMA });
  // What was written leaves; the places of what follows are counted on.
  const take = (): Buffer => {
    const taken = Buffer.from(bytes.buffer.slice(0, bytes.index));
    bytes.index = 0;
    return taken;
  };
  const writeGroup = async (rows: ExchangeRecord[]): Promise<Buffer> => {
    const columnData = EXPORT_COLUMNS.map(({ name, kind, value }) => ({
      name,
      data: rows.map((row) => {
        const cell = value(row);
        return kind === "big" && typeof cell === "number" ? BigInt(cell) : cell;
      }),
    }));
    await writer.write({ columnData, rowGroupSize: ROWS_IN_GROUP });
    return take();
  };
  let rows: ExchangeRecord[] = [];
  for await (const page of pages) {
    rows.push(...page);
    if (rows.length < ROWS_IN_GROUP) continue;
    yield await writeGroup(rows);
    rows = [];
  }
  if (rows.length > 0) yield await writeGroup(rows);
  await writer.finish();
  yield take();
}
