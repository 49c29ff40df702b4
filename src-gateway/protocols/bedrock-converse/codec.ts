/**
 * Amazon Bedrock Converse, the wire that all models of Bedrock share: JSON requests and answers, and streams in binary
 * frames with checksums (`event-stream.ts`). Only providers speak it. The address names the model and whether the
 * answer streams, so the body holds neither.
 */
import type { ProviderCodec } from "../codec.ts";
import { decodeAnswer } from "./decode-answer.ts";
import { encodeRequest } from "./encode-request.ts";
import { createStreamDecoder } from "./stream-decoder.ts";

export const bedrockConverseCodec: ProviderCodec = {
  id: "bedrock-converse",
  encodeRequest,
  decodeAnswer,
  createStreamDecoder,
};

/** Below `https://bedrock-runtime.<region>.amazonaws.com`. An ARN has colons and slashes, which stay one segment. */
export const providerPath = (model: string, stream: boolean): string =>
  `/model/${encodeURIComponent(model)}/${stream ? "converse-stream" : "converse"}`;
