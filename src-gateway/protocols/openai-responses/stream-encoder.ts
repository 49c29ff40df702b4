import type { StreamEncoder } from "../codec.ts";
import { sseFrame } from "../stream-facts.ts";
import type { EncodeContext } from "../types.ts";
import { createResponseBuilder } from "./response-builder.ts";
import { createResponseObject } from "./response-object.ts";

export function createStreamEncoder(context: EncodeContext): StreamEncoder {
  let sequence = 0;
  let frames: Buffer[] = [];
  const builder = createResponseBuilder(createResponseObject(context), (type, fields) => {
    frames.push(sseFrame({ type, sequence_number: sequence++, ...fields }, type));
  });
  return {
    push(event) {
      builder.push(event);
      const bytes = Buffer.concat(frames);
      frames = [];
      return bytes;
    },
  };
}
