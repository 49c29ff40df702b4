/** `{"error": "…"}`, with the status that other providers have too. */
export { decodeProviderError as decodeError } from "../provider-error.ts";
