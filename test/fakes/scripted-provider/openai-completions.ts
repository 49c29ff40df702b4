import { asObject, asText } from "../../../src-gateway/protocols/loose-json.ts";
import { fragments, piece, sseBytes } from "./fragments.ts";
import { chunkBytes, encodeUsage, head, openaiChat } from "./openai-chat.ts";
import type { Frame, PlayedWire } from "./types.ts";

/** The old Completions: a prompt in, bare text out. */
export const openaiCompletions: PlayedWire = {
  ...openaiChat,

  readAsk(json, target) {
    const prompt = asObject(json)?.["prompt"];
    return {
      ...openaiChat.readAsk(json, target),
      prompt: asText(prompt) ?? asText(Array.isArray(prompt) ? prompt[0] : null) ?? "",
      tools: [],
    };
  },

  encodeWhole: (_ask, answer) => ({
    ...head(answer, "text_completion"),
    choices: [{ index: 0, text: answer.text, logprobs: null, finish_reason: answer.finish }],
    ...(answer.usage ? { usage: encodeUsage(answer.usage) } : {}),
  }),

  encodeStream(ask, answer) {
    const chunk = (text: string, finish: string | null): Frame =>
      piece(chunkBytes(ask, answer, [{ index: 0, text, logprobs: null, finish_reason: finish }], null));
    const frames = fragments(answer.text, 12).map((text) => chunk(text, null));
    if (answer.finish) frames.push(chunk("", answer.finish));
    if (ask.wantsUsage && answer.usage) frames.push(piece(chunkBytes(ask, answer, [], encodeUsage(answer.usage))));
    if (answer.finish) frames.push(piece(sseBytes("[DONE]")));
    return frames;
  },
};
