import type { IncomingHttpHeaders } from "node:http";
import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { asObject, asText } from "../../../src-gateway/protocols/loose-json.ts";
import type { Route } from "./find-route.ts";
import { isUnknownModel } from "./model-lists.ts";
import type { ReceivedRequest } from "./types.ts";

export interface Refusal {
  status: number;
  message: string;
}

/** The refusal of a key, as the vendor says it; null for the right key in the form that the wire wants. */
export function refuseKey(wire: WireProtocol, headers: IncomingHttpHeaders, key: string): Refusal | null {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
  if (wire === "gemini-content") {
    const sent = headers["x-goog-api-key"];
    if (sent === key) return null;
    // Google calls a wrong key an invalid argument.
    if (sent !== undefined) return { status: 400, message: "API key not valid. Please pass a valid API key." };
    return { status: 403, message: "Method doesn't allow unregistered callers. Please use API Key to call this API." };
  }
  if (wire === "anthropic-messages") {
    const sent = headers["x-api-key"] ?? bearer;
    return sent === key
      ? null
      : { status: 401, message: sent === undefined ? "x-api-key header is required" : "invalid x-api-key" };
  }
  if (bearer === key) return null;
  return {
    status: 401,
    message: bearer === undefined ? "You didn't provide an API key." : "Incorrect API key provided.",
  };
}

/** What each vendor demands of a request before it looks at the content. */
export function refuseRequest(route: Route, request: ReceivedRequest): Refusal | null {
  if (route.wire === "anthropic-messages" && request.headers["anthropic-version"] === undefined) {
    return { status: 400, message: "anthropic-version: header is required" };
  }
  const named = /\/models\/([^/:]+)/.exec(request.path)?.[1];
  const model = named === undefined ? asText(asObject(request.json)?.["model"]) : decodeURIComponent(named);
  if (route.surface === "models")
    return model !== null && isUnknownModel(model) ? unknownModel(route.wire, model) : null;
  if (asObject(request.json) === null) return { status: 400, message: "The body of the request is no JSON object." };
  if (model === null) return { status: 400, message: "you must provide a model parameter" };
  if (isUnknownModel(model)) return unknownModel(route.wire, model);
  if (route.surface === "messages" && typeof asObject(request.json)?.["max_tokens"] !== "number") {
    return { status: 400, message: "max_tokens: Field required" };
  }
  return null;
}

function unknownModel(wire: WireProtocol, model: string): Refusal {
  const messages: Record<WireProtocol, string> = {
    "openai-chat": `The model \`${model}\` does not exist or you do not have access to it.`,
    "openai-responses": `The model \`${model}\` does not exist or you do not have access to it.`,
    "anthropic-messages": `model: ${model}`,
    "gemini-content": `models/${model} is not found for API version v1beta, or is not supported for generateContent.`,
  };
  return { status: 404, message: messages[wire] };
}
