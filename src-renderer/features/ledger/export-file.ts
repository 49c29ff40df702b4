/** Fetches the request log as a file, and tells how much of it is there. */
import { AdminError, saidIn } from "../../../src-gateway/admin-api/contract/client.ts";
import { said } from "../../i18n/gateway-words.ts";

export const EXPORT_FORMATS = ["csv", "jsonl", "parquet"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportProgress {
  bytes: number;
  /** Lines so far; 0 of a format that has none. */
  rows: number;
}

/** Pieces are handed to the browser in blocks, which it may keep on the disk: a log can be larger than the memory. */
const BLOCK_BYTES = 8 * 1024 * 1024;
const TELL_EVERY_MS = 100;
const LINE_END = 10;

/** @throws AdminError; what `signal` was aborted with. */
export async function fetchExport(
  query: Readonly<Record<string, string | number>>,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: ExportProgress) => void },
): Promise<Blob> {
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const reply = await fetch(`/api/v1/exchanges/export?${search}`, { credentials: "same-origin", signal });
  if (!reply.ok || reply.body === null) throw await refusalOf(reply);
  const blocks: Blob[] = [];
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let held = 0;
  const progress: ExportProgress = { bytes: 0, rows: 0 };
  let toldAtMs = 0;
  const reader = reply.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    held += value.length;
    progress.bytes += value.length;
    if (query["format"] !== "parquet") progress.rows += linesIn(value);
    if (held > BLOCK_BYTES) {
      blocks.push(new Blob(pieces));
      pieces = [];
      held = 0;
    }
    if (performance.now() - toldAtMs > TELL_EVERY_MS) {
      toldAtMs = performance.now();
      onProgress({ ...progress });
    }
  }
  onProgress(progress);
  return new Blob([...blocks, ...pieces], { type: reply.headers.get("content-type") ?? "application/octet-stream" });
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_END); at !== -1; at = bytes.indexOf(LINE_END, at + 1)) lines++;
  return lines;
}

async function refusalOf(reply: Response): Promise<AdminError> {
  const json: unknown = await reply.json().catch(() => null);
  const { code, message } = saidIn(json) ?? { code: "unexpected_answer", message: `${reply.status}` };
  return new AdminError(reply.status, code, said(message), reply.headers.get("x-request-id"));
}
