import { createWriteStream } from "node:fs";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { API_PREFIX } from "../admin-api/contract/endpoints.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import type { Context } from "./context.ts";
import { openBytes } from "./read-body.ts";

export interface ExportQuestion {
  format: string;
  from?: number;
  to?: number;
  file?: string;
}

/** The gateway makes the file while it is written: however long it is, little of it is in memory. */
export async function exportLog(
  { world, printer }: Context,
  connection: Connection,
  { format, from, to, file }: ExportQuestion,
): Promise<void> {
  if (format === "parquet" && file === undefined) {
    throw new CliError(EXIT.usage, "Parquet is no text: name a file with --file.");
  }
  const query = new URLSearchParams({ format });
  if (from !== undefined) query.set("fromUs", String(Math.round(from)));
  if (to !== undefined) query.set("toUs", String(Math.round(to)));
  const response = await openBytes(connection, `${API_PREFIX}/exchanges/export?${query.toString()}`);
  if (file !== undefined) {
    const path = resolve(world.cwd, file);
    // Who asked what is nobody else's business.
    await pipeline(response, createWriteStream(path, { mode: 0o600 }));
    return printer.note(`Written to ${path}.`);
  }
  response.setEncoding("utf8");
  for await (const text of response) world.stdout.write(text as string);
}
