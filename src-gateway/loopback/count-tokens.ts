import type { Part } from "../ir/part.ts";
import type { Surface } from "../ir/protocol.ts";
import type { IrRequest } from "../ir/request.ts";

/** Bytes by four, rounded up: the loopback model's own tokens, the same on every machine. */
export const tokensIn = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);

export function countTokens(request: Pick<IrRequest, "turns">): number {
  return request.turns.reduce((sum, turn) => sum + turn.parts.reduce((inner, part) => inner + tokensOf(part), 0), 0);
}

function tokensOf(part: Part): number {
  switch (part.kind) {
    case "text":
    case "refusal":
    case "thinking":
      return tokensIn(part.text);
    case "call":
      return tokensIn(part.name) + tokensIn(part.args);
    case "result":
      return part.parts.reduce((sum, inner) => sum + tokensOf(inner), 0);
    case "image":
    case "document":
    case "audio":
    case "video":
      return "data" in part.blob ? tokensIn(part.blob.data) : 1;
    case "native":
      return 1;
  }
}

/** The answer of a token counter, in the words of its wire. */
export function encodeCount(tokens: number, surface: Surface): Buffer {
  return Buffer.from(
    JSON.stringify(surface === "gemini-count-tokens" ? { totalTokens: tokens } : { input_tokens: tokens }),
  );
}
