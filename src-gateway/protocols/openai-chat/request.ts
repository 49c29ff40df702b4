import type { ScannedMember } from "../../lib/json-scan.ts";
import { scanJson } from "../../lib/json-scan.ts";
import { checkFields, fieldKinds, readFlag, readModel, readValue, requireFields } from "../fields.ts";
import { asObject } from "../loose-json.ts";
import type { RequestBody, RequestHead, RequestTarget, Splice } from "../types.ts";

const CHAT_FIELDS = fieldKinds({
  messages: ["array"],
  stream: ["boolean", "null"],
  stream_options: ["object", "null"],
  tools: ["array", "null"],
  max_tokens: ["number", "null"],
  max_completion_tokens: ["number", "null"],
  temperature: ["number", "null"],
  top_p: ["number", "null"],
  n: ["number", "null"],
  response_format: ["object", "null"],
  metadata: ["object", "null"],
});
const COMPLETION_FIELDS = fieldKinds({
  prompt: ["string", "array", "null"],
  stream: ["boolean", "null"],
  stream_options: ["object", "null"],
  max_tokens: ["number", "null"],
});
const EMBEDDING_FIELDS = fieldKinds({
  input: ["string", "array"],
  dimensions: ["number", "null"],
  encoding_format: ["string", "null"],
});

export function readRequest(body: RequestBody, target: RequestTarget): RequestHead {
  const model = readModel(body);
  if (target.surface === "embeddings") {
    requireFields(body, ["input"]);
    checkFields(body, EMBEDDING_FIELDS);
    return { model, stream: false, wantsUsage: true };
  }
  if (target.surface === "completions") checkFields(body, COMPLETION_FIELDS);
  else {
    requireFields(body, ["messages"]);
    checkFields(body, CHAT_FIELDS);
  }
  const options = asObject(readValue(body, "stream_options"));
  return { model, stream: readFlag(body, "stream"), wantsUsage: options?.["include_usage"] === true };
}

export function rewriteRequest(
  body: RequestBody,
  target: RequestTarget,
  edits: { model: string; askForUsage: boolean },
): Splice[] {
  const splices: Splice[] = [];
  const model = body.root.members.get("model");
  if (model && edits.model !== readModel(body))
    splices.push({ start: model.start, end: model.end, text: JSON.stringify(edits.model) });
  const mayAsk = target.surface === "chat" || target.surface === "completions";
  if (edits.askForUsage && mayAsk && readFlag(body, "stream")) splices.push(askForUsage(body));
  return splices.sort((a, b) => a.start - b.start);
}

function askForUsage(body: RequestBody): Splice {
  const options = body.root.members.get("stream_options");
  const lastByte = body.root.end - 1;
  if (!options) {
    const comma = body.root.members.size > 0 ? "," : "";
    return { start: lastByte, end: lastByte, text: `${comma}"stream_options":{"include_usage":true}` };
  }
  if (options.kind !== "object") return { start: options.start, end: options.end, text: '{"include_usage":true}' };
  return askInOptions(body, options);
}

function askInOptions(body: RequestBody, options: ScannedMember): Splice {
  const inner = scanJson(body.bytes.subarray(options.start, options.end));
  const asked = inner.members.get("include_usage");
  if (asked) return { start: options.start + asked.start, end: options.start + asked.end, text: "true" };
  const text = `"include_usage":true${inner.members.size > 0 ? "," : ""}`;
  return { start: options.start + 1, end: options.start + 1, text };
}

export function providerPath(target: RequestTarget): string {
  const query = target.query === "" ? "" : `?${target.query}`;
  switch (target.surface) {
    case "embeddings":
      return `/embeddings${query}`;
    case "completions":
      return `/completions${query}`;
    default:
      return `/chat/completions${query}`;
  }
}
