import { GatewayError } from "../../ir/errors.ts";
import type { Part, Turn } from "../../ir/part.ts";
import type { IrRequest } from "../../ir/request.ts";
import { asObject, type JsonObject } from "../loose-json.ts";
import type { RequestTarget } from "../types.ts";
import { asString, createCaseReader, withHome } from "./case-reader.ts";
import { decodeGenerationConfig } from "./generation-config.ts";
import { decodePart } from "./parts.ts";
import { decodeToolChoice, decodeTools } from "./tools.ts";

/** @throws GatewayError invalid_request */
export function decodeRequest(json: JsonObject, target: RequestTarget): IrRequest {
  // The token counter takes a whole request inside of its own.
  const outer = createCaseReader(json);
  const counted = outer.take("generateContentRequest", asObject);
  const request = decodeBody(counted ?? json, target);
  if (counted) request.home["$counted"] = outer.home();
  return request;
}

function decodeBody(json: JsonObject, target: RequestTarget): IrRequest {
  const reader = createCaseReader(json);
  const system = reader.take("systemInstruction", readSystem);
  const text = reader.take("contents", asString);
  const contents = text === null ? (reader.takeList("contents") ?? []) : [];
  const list = reader.takeList("tools");
  const { tools, groups } = list ? decodeTools(list) : { tools: [], groups: undefined };
  const config = reader.take("generationConfig", asObject);
  const toolConfig = reader.take("toolConfig", asObject);
  const choosing = toolConfig ? createCaseReader(toolConfig) : null;
  const toolChoice = choosing?.take("functionCallingConfig", decodeToolChoice);

  const spoken = contents.map((content, index) => decodeContent(content, `contents[${index}]`));
  if (text !== null) spoken.push({ role: "user", parts: [{ kind: "text", text }], home: { $content: "string" } });
  const request: IrRequest = {
    source: "gemini-content",
    model: modelOf(target),
    stream: target.pathMethod === "streamGenerateContent",
    wantsUsage: true,
    turns: system ? [system, ...spoken] : spoken,
    tools,
    ...(toolChoice ? { toolChoice } : {}),
    home: {
      ...reader.home(),
      ...(choosing ? { $toolConfig: choosing.home() } : {}),
      ...(groups ? { $tools: groups } : {}),
    },
  };
  if (config) decodeGenerationConfig(config, request);
  return request;
}

/** The model in the path without its collection; a tuned model keeps it, because it is another collection. */
function modelOf({ pathModel }: RequestTarget): string {
  let model = pathModel ?? "";
  try {
    model = decodeURIComponent(model);
  } catch {
    throw new GatewayError("invalid_request", "The model in the path is not well encoded.", { param: "model" });
  }
  return model.startsWith("models/") ? model.slice("models/".length) : model;
}

function readSystem(value: unknown): Turn | null {
  if (typeof value === "string") {
    return { role: "system", parts: [{ kind: "text", text: value }], home: { $content: "string" } };
  }
  const raw = asObject(value);
  if (!raw) return null;
  const reader = createCaseReader(raw);
  const parts = decodeParts(reader.takeList("parts") ?? [], "systemInstruction.parts");
  return { role: "system", parts, ...withHome(reader.home()) };
}

/** Everyone else, tools included, is the user. */
const ROLES: ReadonlyMap<string | null, Turn["role"]> = new Map([
  ["model", "assistant"],
  ["assistant", "assistant"],
  ["system", "system"],
]);

function decodeContent(value: unknown, param: string): Turn {
  const raw = asObject(value);
  if (!raw) {
    throw new GatewayError("invalid_request", `"${param}" must be an object with a role and parts.`, { param });
  }
  const reader = createCaseReader(raw);
  const parts = decodeParts(reader.takeList("parts") ?? [], `${param}.parts`);
  const word = reader.take("role", asString);
  const role = ROLES.get(word) ?? "user";
  const spelling = word === "user" || word === "model" ? {} : { $role: word };
  return { role, parts, ...withHome({ ...reader.home(), ...spelling }) };
}

function decodeParts(list: unknown[], param: string): Part[] {
  return list.map((item, index) => {
    const raw = asObject(item);
    if (raw) return decodePart(raw);
    const name = `${param}[${index}]`;
    throw new GatewayError("invalid_request", `"${name}" must be an object.`, { param: name });
  });
}
