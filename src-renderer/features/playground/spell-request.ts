/** A conversation as a request of each protocol. Pure. */
import type { ClientWire, Options, Picture, Tool, Turn } from "./talk.ts";

export interface WireRequest {
  /** With its query. */
  path: string;
  body: object;
}

export interface Asked {
  wire: ClientWire;
  model: string;
  turns: readonly Turn[];
  options: Options;
}

/** Anthropic Messages wants a number in every request. */
const MESSAGES_MAX_TOKENS = 4_096;

/** @throws Error with a sentence when the tools are no list of functions. */
export function spellRequest(asked: Asked): WireRequest {
  const tools = readTools(asked.options.tools);
  return SPELLINGS[asked.wire](asked, tools);
}

class ToolsProblem extends Error {
  override readonly name = "ToolsProblem";
}

/** @throws ToolsProblem */
export function readTools(text: string): Tool[] {
  if (text.trim() === "") return [];
  const list = parse(text);
  const isTool = (value: unknown): value is Tool =>
    typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";
  if (!Array.isArray(list) || !list.every(isTool)) throw new ToolsProblem("Tools are a JSON list of functions.");
  return list;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

type Spelling = (asked: Asked, tools: Tool[]) => WireRequest;

const schemaOf = ({ parameters }: Tool): object => parameters ?? { type: "object", properties: {} };
const urlOf = ({ mime, data }: Picture): string => `data:${mime};base64,${data}`;
const some = <Value>(list: Value[]): Value[] | undefined => (list.length === 0 ? undefined : list);

/** Leaves out what was not asked for, so that the body is what a person would write. */
const given = (fields: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

const spellChat: Spelling = ({ model, turns, options }, tools) => ({
  path: "/v1/chat/completions",
  body: given({
    model,
    messages: [
      ...(options.system === "" ? [] : [{ role: "system", content: options.system }]),
      ...turns.map(({ role, text, pictures }) => ({
        role,
        content:
          pictures.length === 0
            ? text
            : [
                ...pictures.map((picture) => ({ type: "image_url", image_url: { url: urlOf(picture) } })),
                { type: "text", text },
              ],
      })),
    ],
    max_completion_tokens: options.maxTokens,
    temperature: options.temperature,
    reasoning_effort: options.effort,
    tools: some(
      tools.map((tool) => ({
        type: "function",
        function: given({ name: tool.name, description: tool.description, parameters: schemaOf(tool) }),
      })),
    ),
    stream: true,
    stream_options: { include_usage: true },
  }),
});

const spellResponses: Spelling = ({ model, turns, options }, tools) => ({
  path: "/v1/responses",
  body: given({
    model,
    instructions: options.system === "" ? undefined : options.system,
    input: turns.map(({ role, text, pictures }) => ({
      role,
      content: [
        ...pictures.map((picture) => ({ type: "input_image", image_url: urlOf(picture) })),
        { type: role === "user" ? "input_text" : "output_text", text },
      ],
    })),
    max_output_tokens: options.maxTokens,
    temperature: options.temperature,
    reasoning: options.effort === null ? undefined : { effort: options.effort, summary: "auto" },
    tools: some(
      tools.map((tool) =>
        given({ type: "function", name: tool.name, description: tool.description, parameters: schemaOf(tool) }),
      ),
    ),
    store: false,
    stream: true,
  }),
});

const spellMessages: Spelling = ({ model, turns, options: { system, maxTokens, temperature, effort } }, tools) => ({
  path: "/v1/messages",
  body: given({
    model,
    system: system === "" ? undefined : system,
    messages: turns.map(({ role, text, pictures }) => ({
      role,
      content:
        pictures.length === 0
          ? text
          : [
              ...pictures.map(({ mime, data }) => ({
                type: "image",
                source: { type: "base64", media_type: mime, data },
              })),
              { type: "text", text },
            ],
    })),
    max_tokens: maxTokens ?? MESSAGES_MAX_TOKENS,
    temperature,
    thinking: effort === null ? undefined : { type: effort === "none" ? "disabled" : "adaptive" },
    output_config: effort === null || effort === "none" ? undefined : { effort },
    tools: some(
      tools.map((tool) => given({ name: tool.name, description: tool.description, input_schema: schemaOf(tool) })),
    ),
    stream: true,
  }),
});

const spellGemini: Spelling = ({ model, turns, options }, tools) => {
  const { maxTokens, temperature, effort } = options;
  const thinking =
    effort === "none" ? { thinkingBudget: 0 } : { thinkingLevel: effort?.toUpperCase(), includeThoughts: true };
  const config = given({
    maxOutputTokens: maxTokens,
    temperature,
    thinkingConfig: effort === null ? undefined : thinking,
  });
  const named = model.replace(/^models\//, "");
  return {
    path: `/v1beta/models/${encodeURIComponent(named).replaceAll("%2F", "/")}:streamGenerateContent?alt=sse`,
    body: given({
      systemInstruction: options.system === "" ? undefined : { parts: [{ text: options.system }] },
      contents: turns.map(({ role, text, pictures }) => ({
        role: role === "user" ? "user" : "model",
        parts: [...pictures.map(({ mime, data }) => ({ inlineData: { mimeType: mime, data } })), { text }],
      })),
      generationConfig: Object.keys(config).length === 0 ? undefined : config,
      tools: some(
        tools.length === 0
          ? []
          : [
              {
                functionDeclarations: tools.map((tool) =>
                  given({ name: tool.name, description: tool.description, parameters: tool.parameters }),
                ),
              },
            ],
      ),
    }),
  };
};

const SPELLINGS: Readonly<Record<ClientWire, Spelling>> = {
  "openai-chat": spellChat,
  "openai-responses": spellResponses,
  "anthropic-messages": spellMessages,
  "gemini-content": spellGemini,
};

/** The same request for a shell; the key stands in a variable there. */
export function curlFor(origin: string, { path, body }: WireRequest): string {
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  return [
    `curl -sSN ${quote(origin + path)}`,
    '-H "authorization: Bearer $TOKLIGENCE_API_KEY"',
    "-H 'content-type: application/json'",
    `--data-binary ${quote(JSON.stringify(body, null, 2))}`,
  ].join(" \\\n  ");
}
