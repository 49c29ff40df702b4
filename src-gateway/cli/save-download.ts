import { createWriteStream } from "node:fs";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Connection } from "./connect.ts";
import type { Context } from "./context.ts";
import { openBytes } from "./read-body.ts";

/** What the gateway makes while it is read, into a file or, without one, to standard output: little of it is in memory. */
export async function saveDownload(
  { world, printer }: Context,
  connection: Connection,
  path: string,
  file: string | undefined,
): Promise<void> {
  const response = await openBytes(connection, path);
  if (file !== undefined) {
    const target = resolve(world.cwd, file);
    // Who asked what is nobody else's business.
    await pipeline(response, createWriteStream(target, { mode: 0o600 }));
    return printer.note(`Written to ${target}.`);
  }
  response.setEncoding("utf8");
  for await (const text of response) world.stdout.write(text as string);
}
