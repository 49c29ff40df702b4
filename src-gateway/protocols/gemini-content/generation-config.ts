/** `generationConfig`, both ways. */

import { EFFORTS, type Effort, type IrRequest, type OutputFormat, type Reasoning } from "../../ir/request.ts";
import type { EncodeTarget } from "../codec.ts";
import { asObject, asText, type JsonObject } from "../loose-json.ts";
import { asNumber, asStrings, type CaseReader, createCaseReader, spell, withHome } from "./case-reader.ts";
import { readSchema } from "./read-schema.ts";
import { toOpenApiSchema } from "./schema.ts";

const NUMBERS = [
  ["temperature", "temperature"],
  ["topP", "topP"],
  ["topK", "topK"],
  ["maxOutputTokens", "maxOutputTokens"],
  ["candidateCount", "candidates"],
  ["seed", "seed"],
  ["presencePenalty", "presencePenalty"],
  ["frequencyPenalty", "frequencyPenalty"],
] as const;

const MIME_OF: Readonly<Record<OutputFormat["kind"], string>> = {
  text: "text/plain",
  json: "application/json",
  schema: "application/json",
};

const LEVELS: Readonly<Record<Effort, string>> = {
  none: "MINIMAL",
  minimal: "MINIMAL",
  low: "LOW",
  medium: "MEDIUM",
  high: "HIGH",
  xhigh: "HIGH",
  max: "HIGH",
};

/** Fills in the request; what is left of the configuration goes to its `home`. */
export function decodeGenerationConfig(config: JsonObject, request: IrRequest): void {
  const reader = createCaseReader(config);
  for (const [name, field] of NUMBERS) {
    const value = reader.take(name, asNumber);
    if (value !== null) request[field] = value;
  }
  const stop = reader.take("stopSequences", asStrings);
  if (stop) request.stop = stop;
  if (reader.take("responseLogprobs", (value) => (value === true ? value : null))) {
    const top = reader.take("logprobs", asNumber);
    request.logprobs = top === null ? {} : { top };
  }
  const output = readOutput(reader);
  if (output) request.output = output;
  const reasoning = reader.take("thinkingConfig", readThinking);
  if (reasoning) request.reasoning = reasoning;
  request.home["$generationConfig"] = reader.home();
}

function readOutput(reader: CaseReader): OutputFormat | null {
  const mime = reader.take("responseMimeType", (value) =>
    value === MIME_OF.json || value === MIME_OF.text ? value : null,
  );
  // The reference of the HTTP interface has the field with an underscore in front.
  const plain = reader.take("responseJsonSchema", asObject);
  const marked = plain ? null : reader.take("_responseJsonSchema", asObject);
  const openApi = plain || marked ? null : reader.take("responseSchema", asObject);
  const schema = plain ?? marked ?? (openApi ? readSchema(openApi) : null);
  if (mime === null && schema === null) return null;
  const home = {
    ...(openApi ? { $responseSchema: openApi } : {}),
    ...(marked ? { $field: "_responseJsonSchema" } : {}),
    ...(schema && mime !== MIME_OF.schema ? { $mime: mime } : {}),
  };
  if (schema) return { kind: "schema", schema, ...withHome(home) };
  return { kind: mime === MIME_OF.json ? "json" : "text" };
}

function encodeOutput({ output, source }: IrRequest, target: EncodeTarget): JsonObject {
  if (!output) return {};
  const home = output.home ?? {};
  const mime = "$mime" in home ? (asText(home["$mime"]) ?? undefined) : MIME_OF[output.kind];
  if (output.kind !== "schema" || !output.schema) return { responseMimeType: mime };
  const original = asObject(home["$responseSchema"]);
  if (original) return { responseMimeType: mime, responseSchema: original };
  if (target.compat.has("openapi-schema") && source !== "gemini-content") {
    return { responseMimeType: mime, responseSchema: toOpenApiSchema(output.schema) };
  }
  return { responseMimeType: mime, [asText(home["$field"]) ?? "responseJsonSchema"]: output.schema };
}

function readThinking(value: unknown): Reasoning | null {
  const raw = asObject(value);
  if (!raw) return null;
  const reader = createCaseReader(raw);
  const budgetTokens = reader.take("thinkingBudget", asNumber);
  const level = reader.take("thinkingLevel", (word) => (effortOf(word) === null ? null : asText(word)));
  const isShown = reader.take("includeThoughts", (flag) => (typeof flag === "boolean" ? flag : null));
  const effort = effortOf(level);
  const spelling = effort !== null && level !== LEVELS[effort] ? { $level: level } : {};
  return {
    ...(budgetTokens === null ? {} : { budgetTokens }),
    ...(effort === null ? {} : { effort }),
    ...(isShown === null ? {} : { show: isShown ? "summary" : "none" }),
    // Always there: the object itself may be empty.
    home: { ...reader.home(), ...spelling },
  };
}

function effortOf(level: unknown): Effort | null {
  const word = typeof level === "string" ? level.toLowerCase() : "";
  return EFFORTS.find((effort) => effort === word) ?? null;
}

function encodeThinking({ reasoning, source }: IrRequest, target: EncodeTarget): JsonObject | undefined {
  if (!reasoning) return undefined;
  const isOwn = source === "gemini-content";
  const { effort, home } = reasoning;
  const budget = reasoning.budgetTokens ?? (reasoning.mode === "off" && effort === undefined ? 0 : undefined);
  // Two knobs at once are refused; a client of this wire hears that from the provider itself.
  const isChoice = !isOwn && effort !== undefined && budget !== undefined;
  const takesLevel = target.profile.thinking === "level";
  const spelled = spell(
    {
      thinkingBudget: isChoice && takesLevel ? undefined : budget,
      thinkingLevel: effort === undefined || (isChoice && !takesLevel) ? undefined : levelOf(effort, home),
      includeThoughts: reasoning.show === undefined ? undefined : reasoning.show !== "none",
    },
    home,
  );
  return isOwn || Object.keys(spelled).length > 0 ? spelled : undefined;
}

const levelOf = (effort: Effort, home: JsonObject | undefined): string => asText(home?.["$level"]) ?? LEVELS[effort];

/** Undefined when there is nothing to configure. */
export function encodeGenerationConfig(request: IrRequest, target: EncodeTarget): JsonObject | undefined {
  const home = asObject(request.home["$generationConfig"]);
  const fields: JsonObject = {
    stopSequences: request.stop && request.stop.length > 0 ? request.stop : undefined,
    ...encodeOutput(request, target),
    thinkingConfig: encodeThinking(request, target),
  };
  for (const [name, field] of NUMBERS) fields[name] = request[field];
  if (request.logprobs) {
    fields["responseLogprobs"] = true;
    fields["logprobs"] = request.logprobs.top;
  }
  const spelled = spell(fields, home ?? {});
  return home || Object.keys(spelled).length > 0 ? spelled : undefined;
}
