/** Every wire by its name. `protocols/` is knowledge: pure, without I/O, the same in the gateway, a test and a browser. */
import type { WireProtocol } from "../ir/protocol.ts";
import { anthropicMessages } from "./anthropic-messages/index.ts";
import { geminiContent } from "./gemini-content/index.ts";
import { openaiChat } from "./openai-chat/index.ts";
import { openaiResponses } from "./openai-responses/index.ts";
import type { Wire } from "./types.ts";

export const WIRES: Readonly<Record<WireProtocol, Wire>> = {
  "openai-chat": openaiChat,
  "openai-responses": openaiResponses,
  "anthropic-messages": anthropicMessages,
  "gemini-content": geminiContent,
};
