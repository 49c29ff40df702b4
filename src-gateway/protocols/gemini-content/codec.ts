/** Gemini generateContent as one side of a translation. */
import type { Codec } from "../codec.ts";
import { decodeAnswer } from "./decode-answer.ts";
import { decodeRequest } from "./decode-request.ts";
import { encodeAnswer } from "./encode-answer.ts";
import { encodeRequest } from "./encode-request.ts";
import { createStreamDecoder } from "./stream-decoder.ts";
import { createStreamEncoder } from "./stream-encoder.ts";

export const geminiContentCodec: Codec = {
  id: "gemini-content",
  decodeRequest,
  encodeRequest,
  decodeAnswer,
  createStreamDecoder,
  encodeAnswer,
  createStreamEncoder,
};
