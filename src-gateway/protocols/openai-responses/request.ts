import { checkFields, fieldKinds, readFlag, readModel } from "../fields.ts";
import type { RequestBody, RequestHead, RequestTarget, Splice } from "../types.ts";

const FIELDS = fieldKinds({
  input: ["string", "array", "null"],
  instructions: ["string", "array", "null"],
  stream: ["boolean", "null"],
  store: ["boolean", "null"],
  tools: ["array", "null"],
  include: ["array", "null"],
  reasoning: ["object", "null"],
  text: ["object", "null"],
  metadata: ["object", "null"],
  max_output_tokens: ["number", "null"],
  temperature: ["number", "null"],
  top_p: ["number", "null"],
  previous_response_id: ["string", "null"],
});

export function readRequest(body: RequestBody): RequestHead {
  const model = readModel(body);
  checkFields(body, FIELDS);
  return { model, stream: readFlag(body, "stream"), wantsUsage: true };
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

export const providerPath = (target: RequestTarget): string =>
  `/responses${target.query === "" ? "" : `?${target.query}`}`;
