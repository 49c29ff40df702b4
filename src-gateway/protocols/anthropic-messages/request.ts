import { checkFields, fieldKinds, readFlag, readModel, requireFields } from "../fields.ts";
import type { RequestBody, RequestHead, RequestTarget, Splice } from "../types.ts";

const FIELDS = fieldKinds({
  messages: ["array"],
  system: ["string", "array", "null"],
  stream: ["boolean", "null"],
  max_tokens: ["number", "null"],
  tools: ["array", "null"],
  tool_choice: ["object", "null"],
  thinking: ["object", "null"],
  metadata: ["object", "null"],
  stop_sequences: ["array", "null"],
  temperature: ["number", "null"],
  top_p: ["number", "null"],
  top_k: ["number", "null"],
});

export function readRequest(body: RequestBody, target: RequestTarget): RequestHead {
  const model = readModel(body);
  requireFields(body, ["messages"]);
  checkFields(body, FIELDS);
  const stream = target.surface === "messages" && readFlag(body, "stream");
  return { model, stream, wantsUsage: true };
}

export function rewriteRequest(
  body: RequestBody,
  _target: RequestTarget,
  edits: { model: string; askForUsage: boolean },
): Splice[] {
  const model = body.root.members.get("model");
  if (!model || edits.model === readModel(body)) return [];
  return [{ start: model.start, end: model.end, text: JSON.stringify(edits.model) }];
}

export function providerPath(target: RequestTarget): string {
  const path = target.surface === "messages-count-tokens" ? "/v1/messages/count_tokens" : "/v1/messages";
  return target.query === "" ? path : `${path}?${target.query}`;
}
