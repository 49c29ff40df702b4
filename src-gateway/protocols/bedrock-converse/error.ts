import { GatewayError } from "../../ir/errors.ts";
import { asText, type JsonObject, parseObject } from "../loose-json.ts";
import { decodeErrorObject, decodeProviderError } from "../provider-error.ts";

type ProviderHeaders = Record<string, string | string[] | undefined>;

/** The status that an error would have on the other wires; AWS has one exception for each, and statuses of its own. */
const STATUS: Readonly<Record<string, number>> = {
  accessdenied: 403,
  expiredtoken: 403,
  unrecognizedclient: 403,
  invalidsignature: 403,
  missingauthenticationtoken: 403,
  resourcenotfound: 404,
  modeltimeout: 504,
  modelnotready: 503,
  modelerror: 500,
  modelstreamerror: 500,
  internalserver: 500,
  internalfailure: 500,
  serviceunavailable: 503,
  servicequotaexceeded: 429,
  throttling: 429,
  validation: 400,
};

/** A provider's error answer; never throws, whatever the bytes. */
export function decodeError(status: number, headers: ProviderHeaders, body: Buffer): GatewayError {
  const json = parseObject(body);
  if (!json) return decodeProviderError(status, headers, body);
  const header = headers["x-amzn-errortype"];
  const name = asText(Array.isArray(header) ? header[0] : header) ?? asText(json["__type"]);
  const message = messageOf(json);
  const said = Buffer.from(JSON.stringify(message === null ? json : { message }));
  return withContext(decodeProviderError(statusOf(name, message, status), headers, said));
}

/** An exception in the place of an answer or inside of a stream, by its name there. */
export function decodeException(name: string | null, payload: JsonObject | null): GatewayError {
  const said = payload === null ? null : messageOf(payload);
  const message = said ?? `Amazon Bedrock ended the answer with ${name ?? "something that is no answer"}.`;
  return withContext(decodeErrorObject({ message, code: statusOf(name, message, 500) }));
}

/** Bedrock's own words for a prompt that is larger than the model's context; clients shorten theirs when they hear of it. */
const withContext = (error: GatewayError): GatewayError =>
  error.code === "invalid_request" && /input is too long/i.test(error.message)
    ? new GatewayError("context_length_exceeded", error.message)
    : error;

/** Some services of AWS write the member with a capital, and the model's own words stand beside them. */
const messageOf = (json: JsonObject): string | null =>
  asText(json["message"]) ?? asText(json["Message"]) ?? asText(json["originalMessage"]);

function statusOf(name: string | null, message: string | null, fallback: number): number {
  // Both `ThrottlingException:http://…` and `com.amazon.coral.service#ThrottlingException` occur.
  const short = (name ?? "")
    .replace(/^.*#/, "")
    .replace(/:.*$/, "")
    .replace(/exception$/i, "")
    .toLowerCase();
  const status = STATUS[short] ?? (fallback === 424 ? 500 : fallback);
  return status === 400 && /model identifier is invalid/i.test(message ?? "") ? 404 : status;
}
