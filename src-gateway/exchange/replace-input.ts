/** Puts another `input` and `previous_response_id` into the bytes of a request, and leaves all else as the client wrote it. Pure. */
import type { RequestBody } from "../protocols/types.ts";

const COMMA = 0x2c;

/** @param body a request with `previous_response_id`. @param input JSON text. @param previousId null takes the member out. */
export function replaceInput(body: RequestBody, input: string, previousId: string | null): Buffer {
  const { bytes, root } = body;
  const [first, second] = ["input", "previous_response_id"]
    .flatMap((name) => root.members.get(name) ?? [])
    .sort((one, other) => one.keyStart - other.keyStart);
  if (!first) return bytes;
  const members = [`"input":${input}`];
  if (previousId !== null) members.push(`"previous_response_id":${JSON.stringify(previousId)}`);
  const parts = [bytes.subarray(0, first.keyStart), Buffer.from(members.join(","))];
  if (second) {
    // With the comma before it, which is there because the first one is.
    parts.push(bytes.subarray(first.end, bytes.lastIndexOf(COMMA, second.keyStart)));
  }
  parts.push(bytes.subarray((second ?? first).end));
  return Buffer.concat(parts);
}
