/** A recorded request as a command that sends it again. Never with a key: that stands in a variable of the shell. */
import type { StoredBody } from "./types.ts";

const LEFT_OUT = new Set(["accept", "user-agent"]);

/** @param url base address of the gateway. */
export function curlOf({ head, request }: Pick<StoredBody, "head" | "request">, url: string): string {
  const headers = Object.entries(head.headers).filter(([name]) => !LEFT_OUT.has(name));
  const parts = [
    `curl -sS ${quote(url + head.path)}`,
    ...(head.method === "POST" && request !== null ? [] : [`-X ${quote(head.method)}`]),
    // Taken from the shell that runs it.
    '-H "authorization: Bearer $TOKLIGENCE_API_KEY"',
    ...headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(request === null ? [] : [`--data-binary ${quote(Buffer.from(request).toString("utf8"))}`]),
  ];
  return parts.join(" \\\n  ");
}

/** One word of a POSIX shell, whatever is in it. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
