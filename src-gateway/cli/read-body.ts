/** What was kept of a request or an answer, as text. */
import type { IncomingMessage } from "node:http";
import { CliError, EXIT, exitCodeOf } from "./cli-error.ts";
import type { Connection } from "./connect.ts";

/** Opens an answer that is no JSON of ours. @throws CliError with what the gateway said. */
export async function openBytes(connection: Connection, path: string): Promise<IncomingMessage> {
  const response = await connection.open(path);
  const status = response.statusCode ?? 0;
  if (status === 200) return response;
  const text = await textOf(response);
  throw new CliError(exitCodeOf(status), messageIn(text) ?? `the gateway answered ${status}.`);
}

/** Null when nothing of it was kept. */
export async function readBody(
  connection: Connection,
  prefix: string,
  id: string,
  part: "request" | "response",
): Promise<string | null> {
  try {
    return await textOf(await openBytes(connection, `${prefix}/exchanges/${encodeURIComponent(id)}/${part}`));
  } catch (error) {
    if (error instanceof CliError && error.exitCode === EXIT.notFound) return null;
    throw error;
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}

function messageIn(text: string): string | null {
  try {
    const json = JSON.parse(text) as { error?: { message?: unknown } };
    return typeof json.error?.message === "string" ? json.error.message : null;
  } catch {
    return null;
  }
}
