/** The two groups of options that stand in objects of their own, `reasoning` and `text`, both ways. */
import { EFFORTS, type OutputFormat, type Reasoning } from "../../ir/request.ts";
import { asObject, asText, type JsonObject } from "../loose-json.ts";
import { defined, rememberSpelling, restoreSpelling } from "./spelling.ts";

export function decodeReasoningOptions(value: unknown): Reasoning | undefined {
  const raw = asObject(value);
  if (!raw) return undefined;
  const effort = EFFORTS.find((each) => each === raw["effort"]);
  const summary = asText(raw["summary"]);
  const show = summary === null ? undefined : summary === "detailed" ? ("full" as const) : ("summary" as const);
  const reasoning: Reasoning = defined({ effort, show });
  return { ...reasoning, ...rememberSpelling(raw, encodeReasoningOptions(reasoning)) };
}

export function encodeReasoningOptions({ effort, show }: Reasoning): JsonObject {
  const summary = show === "full" ? "detailed" : show === "summary" ? "auto" : undefined;
  return defined({ effort, summary });
}

export interface TextOptions {
  output?: OutputFormat;
  verbosity?: string;
}

/** `notes` are for the request's own home: `$text` is there when the client gave `text` at all. */
export function decodeTextOptions(value: unknown): TextOptions & { notes: JsonObject } {
  const raw = asObject(value);
  if (!raw) return { notes: {} };
  const verbosity = asText(raw["verbosity"]) ?? undefined;
  const options: TextOptions = defined({ output: decodeFormat(raw["format"]), verbosity });
  return { ...options, notes: { $text: rememberSpelling(raw, restoreTextOptions(options)).home ?? {} } };
}

export function restoreTextOptions({ output, verbosity }: TextOptions): JsonObject {
  const format = output && restoreSpelling(encodeFormat(output), output.home);
  return defined({ format, verbosity });
}

export function encodeTextOptions({ output, verbosity }: TextOptions): JsonObject {
  const format = output && encodeFormat(output);
  // The name is required here, and nowhere else.
  return defined({ format: output?.kind === "schema" ? { name: "answer", schema: {}, ...format } : format, verbosity });
}

function decodeFormat(value: unknown): OutputFormat | undefined {
  const raw = asObject(value);
  const output = raw && readFormat(raw);
  return output ? { ...output, ...rememberSpelling(raw, encodeFormat(output)) } : undefined;
}

function readFormat(raw: JsonObject): OutputFormat | null {
  switch (raw["type"]) {
    case "text":
      return { kind: "text" };
    case "json_object":
      return { kind: "json" };
    case "json_schema":
      return {
        kind: "schema",
        ...defined({
          name: asText(raw["name"]) ?? undefined,
          description: asText(raw["description"]) ?? undefined,
          schema: asObject(raw["schema"]) ?? undefined,
          strict: typeof raw["strict"] === "boolean" || raw["strict"] === null ? raw["strict"] : undefined,
        }),
      };
    default:
      return null;
  }
}

const FORMATS: Readonly<Record<OutputFormat["kind"], string>> = {
  text: "text",
  json: "json_object",
  schema: "json_schema",
};

const encodeFormat = ({ kind, name, description, schema, strict }: OutputFormat): JsonObject => ({
  type: FORMATS[kind],
  ...(kind === "schema" ? defined({ name, description, schema, strict }) : {}),
});
