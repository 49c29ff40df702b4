import type { GatewayError } from "../../ir/errors.ts";
import { encodeOpenAiError, openAiError } from "../openai-errors.ts";
import { sseFrame } from "../stream-facts.ts";

export { decodeProviderError as decodeError } from "../provider-error.ts";

export const encodeError = encodeOpenAiError;

/** No finish reason and no `[DONE]` follow: what ends like this did not end well. */
export const encodeStreamError = (error: GatewayError): Buffer => sseFrame({ error: openAiError(error) });
