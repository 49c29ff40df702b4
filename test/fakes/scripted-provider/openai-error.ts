const KINDS: Readonly<Record<number, { type: string; code: string | null }>> = {
  400: { type: "invalid_request_error", code: null },
  401: { type: "invalid_request_error", code: "invalid_api_key" },
  403: { type: "invalid_request_error", code: "unsupported_country_region_territory" },
  404: { type: "invalid_request_error", code: "model_not_found" },
  413: { type: "invalid_request_error", code: null },
  429: { type: "requests", code: "rate_limit_exceeded" },
};

/** The error object of OpenAI's wires, with the words that its servers use for the status. */
export function openAiErrorBody(status: number, message: string): unknown {
  const kind = KINDS[status] ?? { type: "server_error", code: null };
  return { error: { message, type: kind.type, param: status === 404 ? "model" : null, code: kind.code } };
}
