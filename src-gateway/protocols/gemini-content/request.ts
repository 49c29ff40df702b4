import { GatewayError } from "../../ir/errors.ts";
import { scanJson } from "../../lib/json-scan.ts";
import { checkFields, checkModel, fieldKinds, requireFields } from "../fields.ts";
import type { RequestBody, RequestHead, RequestTarget, Splice } from "../types.ts";

const FIELDS = fieldKinds({
  contents: ["array", "object", "string"],
  systemInstruction: ["object", "string", "null"],
  system_instruction: ["object", "string", "null"],
  tools: ["array", "null"],
  toolConfig: ["object", "null"],
  generationConfig: ["object", "null"],
  safetySettings: ["array", "null"],
  requests: ["array"],
});

const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  generateContent: ["contents"],
  streamGenerateContent: ["contents"],
  embedContent: ["content"],
  batchEmbedContents: ["requests"],
};

export function readRequest(body: RequestBody, target: RequestTarget): RequestHead {
  const model = checkModel(modelOf(target));
  requireFields(body, REQUIRED[target.pathMethod ?? ""] ?? []);
  checkFields(body, FIELDS);
  return { model, stream: target.pathMethod === "streamGenerateContent", wantsUsage: true };
}

/** The model in the path without its collection; a tuned model keeps it, because it is another collection. */
function modelOf(target: RequestTarget): string {
  const raw = target.pathModel ?? "";
  let path = raw;
  try {
    path = decodeURIComponent(raw);
  } catch {
    throw new GatewayError("invalid_request", "The model in the path is not well encoded.", { param: "model" });
  }
  return path.startsWith("models/") ? path.slice("models/".length) : path;
}

/** The model stands in the path; embedding calls name it in the body once more. */
export function rewriteRequest(
  body: RequestBody,
  target: RequestTarget,
  edits: { model: string; askForUsage: boolean },
): Splice[] {
  if (target.surface !== "gemini-embeddings" || edits.model === modelOf(target)) return [];
  const text = JSON.stringify(resourceName(edits.model));
  const splices: Splice[] = [];
  const model = body.root.members.get("model");
  if (model?.kind === "string") splices.push({ start: model.start, end: model.end, text });
  const requests = body.root.members.get("requests");
  if (requests?.kind === "array") splices.push(...modelsInRequests(body.bytes, requests.start, requests.end, text));
  return splices.sort((a, b) => a.start - b.start);
}

/** `requests` is a list of objects: each one's own `model`, found by scanning the objects one after the other. */
function modelsInRequests(bytes: Buffer, start: number, end: number, text: string): Splice[] {
  const splices: Splice[] = [];
  let depth = 0;
  let inString = false;
  let objectStart = -1;
  for (let at = start + 1; at < end - 1; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (depth === 0) objectStart = at;
      depth++;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
      if (depth !== 0 || bytes[objectStart] !== 0x7b) continue;
      const model = scanJson(bytes.subarray(objectStart, at + 1)).members.get("model");
      if (model?.kind === "string")
        splices.push({ start: objectStart + model.start, end: objectStart + model.end, text });
    }
  }
  return splices;
}

const resourceName = (model: string): string => (model.includes("/") ? model : `models/${model}`);

export function providerPath(target: RequestTarget, model: string): string {
  const path = resourceName(model).split("/").map(encodeURIComponent).join("/");
  return `/${path}:${target.pathMethod ?? "generateContent"}${target.query === "" ? "" : `?${target.query}`}`;
}
