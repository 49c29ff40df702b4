import { API_PREFIX } from "../admin-api/contract/api-prefix.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import type { Context } from "./context.ts";
import { saveDownload } from "./save-download.ts";

export interface ExportQuestion {
  format: string;
  from?: number;
  to?: number;
  file?: string;
}

export async function exportLog(
  context: Context,
  connection: Connection,
  { format, from, to, file }: ExportQuestion,
): Promise<void> {
  if (format === "parquet" && file === undefined) {
    throw new CliError(EXIT.usage, "Parquet is no text: name a file with --file.");
  }
  const query = new URLSearchParams({ format });
  if (from !== undefined) query.set("fromUs", String(Math.round(from)));
  if (to !== undefined) query.set("toUs", String(Math.round(to)));
  await saveDownload(context, connection, `${API_PREFIX}/exchanges/export?${query.toString()}`, file);
}
