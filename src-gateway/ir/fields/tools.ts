/** What may be called, and how it is chosen. */
import { dropped, emulated, type FieldRow } from "./ruling.ts";

export const TOOLS_FIELDS = {
  customTool: {
    names: { "openai-chat": "tools[].custom", "openai-responses": "tools[type=custom]" },
    elsewhere: emulated("is sent as a function with one text argument, and its calls are turned back"),
  },
  namespaceTool: {
    names: { "openai-responses": "tools[type=namespace]" },
    elsewhere: emulated("is sent as functions whose names carry the namespace, and their calls are turned back"),
  },
  nativeTool: {
    names: {
      "openai-chat": "tools[]",
      "openai-responses": "tools[]",
      "anthropic-messages": "tools[]",
      "gemini-content": "tools[]",
    },
    abroad: dropped("is run by the provider of its own wire only, and is left out"),
  },
  toolStrict: {
    names: {
      "openai-chat": "tools[].function.strict",
      "openai-responses": "tools[].strict",
      "anthropic-messages": "tools[].strict",
    },
    elsewhere: dropped("has no counterpart; the schema is sent"),
    on: {
      "anthropic-messages": dropped("is left out, because strict schemas differ between the two; the schema is sent"),
    },
  },
  allowedTools: {
    names: {
      "openai-chat": "tool_choice.allowed_tools",
      "openai-responses": "tool_choice.tools",
      "gemini-content": "toolConfig.functionCallingConfig.allowedFunctionNames",
    },
    abroad: emulated("is obeyed by sending only those tools"),
  },
  toolChoice: {
    names: {
      "openai-chat": "tool_choice",
      "openai-responses": "tool_choice",
      "anthropic-messages": "tool_choice",
      "gemini-content": "toolConfig",
      "bedrock-converse": "toolConfig.toolChoice",
      "cohere-chat": "tool_choice",
    },
    elsewhere: dropped("has no counterpart"),
  },
  parallelTools: {
    names: {
      "openai-chat": "parallel_tool_calls",
      "openai-responses": "parallel_tool_calls",
      "anthropic-messages": "tool_choice.disable_parallel_tool_use",
    },
    elsewhere: dropped("has no counterpart"),
  },
} as const satisfies Record<string, FieldRow>;
