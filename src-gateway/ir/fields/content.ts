/** What turns are made of. */
import { dropped, emulated, type FieldRow, refused } from "./ruling.ts";

const GO_ON = emulated(
  "is followed by a user's message that asks to go on, because the model does not continue its own",
);

export const CONTENT_FIELDS = {
  laterSystem: {
    names: {
      "openai-chat": "messages[role=system]",
      "openai-responses": "input[role=system]",
      "anthropic-messages": "messages[role=system]",
    },
    elsewhere: emulated("is sent as a user's message that says it is a note of the system, at the same place"),
    on: {
      "anthropic-messages": emulated(
        "is sent as a user's message that says it is a note of the system, at the same place",
      ),
    },
  },
  firstTurn: {
    names: {
      "openai-chat": "messages[0]",
      "openai-responses": "input[0]",
      "cohere-chat": "messages[0]",
      "ollama-chat": "messages[0]",
    },
    elsewhere: emulated(
      "gets a short user's message in front of it, because the provider wants the user to speak first",
    ),
  },
  prefill: {
    names: {
      "openai-chat": "messages[last]",
      "openai-responses": "input[last]",
      "anthropic-messages": "messages[last]",
      "gemini-content": "contents[last]",
      "bedrock-converse": "messages[last]",
      "ollama-chat": "messages[last]",
    },
    on: { "openai-chat": GO_ON, "openai-responses": GO_ON },
    elsewhere: GO_ON,
  },
  image: {
    names: {
      "openai-chat": "messages[].content[].image_url",
      "openai-responses": "input[].content[].input_image",
      "anthropic-messages": "messages[].content[].image",
      "gemini-content": "contents[].parts[].inlineData",
      "bedrock-converse": "messages[].content[].image",
      "cohere-chat": "messages[].content[].image_url",
      "ollama-chat": "messages[].images",
    },
  },
  imageUrl: {
    names: {
      "openai-chat": "messages[].content[].image_url",
      "openai-responses": "input[].content[].input_image.image_url",
      "anthropic-messages": "messages[].content[].image.source.url",
      "gemini-content": "contents[].parts[].fileData",
      "cohere-chat": "messages[].content[].image_url",
    },
    elsewhere: refused("cannot be given by address to this provider; send the bytes instead"),
  },
  imageDetail: {
    names: {
      "openai-chat": "messages[].content[].image_url.detail",
      "openai-responses": "input[].content[].detail",
      "cohere-chat": "detail",
    },
    elsewhere: dropped("has no counterpart"),
  },
  document: {
    names: {
      "openai-chat": "messages[].content[].file",
      "openai-responses": "input[].content[].input_file",
      "anthropic-messages": "messages[].content[].document",
      "gemini-content": "contents[].parts[].inlineData",
      "bedrock-converse": "messages[].content[].document",
    },
    elsewhere: refused("cannot be sent to this provider"),
  },
  documentText: {
    names: {
      "anthropic-messages": "messages[].content[].document",
      "gemini-content": "contents[].parts[].inlineData",
      "bedrock-converse": "document",
    },
    elsewhere: emulated("is sent as plain text"),
  },
  documentTitle: {
    names: {
      "openai-chat": "messages[].content[].file.filename",
      "openai-responses": "input[].content[].filename",
      "anthropic-messages": "messages[].content[].title",
      "bedrock-converse": "document.name",
    },
    elsewhere: dropped("has no counterpart"),
  },
  documentUrl: {
    names: {
      "openai-responses": "input[].content[].file_url",
      "anthropic-messages": "messages[].content[].document.source.url",
      "gemini-content": "contents[].parts[].fileData",
    },
    elsewhere: refused("cannot be given by address to this provider; send the bytes instead"),
  },
  audio: {
    names: { "openai-chat": "messages[].content[].input_audio", "gemini-content": "contents[].parts[].inlineData" },
    elsewhere: refused("cannot be sent to this provider"),
  },
  video: {
    names: { "gemini-content": "contents[].parts[].inlineData", "bedrock-converse": "messages[].content[].video" },
    elsewhere: refused("cannot be sent to this provider"),
  },
  fileId: {
    names: {
      "openai-chat": "messages[].content[].file.file_id",
      "openai-responses": "input[].content[].file_id",
      "anthropic-messages": "messages[].content[].source.file_id",
      "gemini-content": "contents[].parts[].fileData",
    },
    abroad: refused("names a file that only the provider which stores it can read; send the bytes instead"),
  },
  refusal: {
    names: { "openai-chat": "messages[].refusal", "openai-responses": "input[].content[].refusal" },
    elsewhere: emulated("is sent as the assistant's text"),
  },
  thinking: {
    names: {
      "openai-chat": "messages[].reasoning_content",
      "openai-responses": "input[].reasoning",
      "anthropic-messages": "messages[].content[].thinking",
      "gemini-content": "contents[].parts[].thought",
      "bedrock-converse": "messages[].content[].reasoningContent",
      "cohere-chat": "messages[].content[].thinking",
      "ollama-chat": "messages[].thinking",
    },
    abroad: dropped("is left out, because only the provider and model that made it can take it back"),
  },
  nativePart: {
    names: {
      "openai-chat": "messages[].content[]",
      "openai-responses": "input[]",
      "anthropic-messages": "messages[].content[]",
      "gemini-content": "contents[].parts[]",
    },
    abroad: dropped("of this type means something on its own wire only, and is left out"),
  },
  citations: {
    names: {
      "openai-chat": "messages[].annotations",
      "openai-responses": "input[].content[].annotations",
      "anthropic-messages": "messages[].content[].citations",
    },
    abroad: dropped("of earlier answers are left out; the text stays"),
  },
  cacheMark: {
    names: { "anthropic-messages": "cache_control", "bedrock-converse": "cachePoint" },
    elsewhere: dropped("is left out: this provider caches prompts by itself, or not at all"),
  },
  resultMedia: {
    names: {
      "openai-responses": "input[].output",
      "anthropic-messages": "messages[].content[].tool_result.content[]",
      "gemini-content": "contents[].parts[].functionResponse.parts",
      "bedrock-converse": "toolResult.content[]",
    },
    elsewhere: emulated("follows in a user's message, because tool results are text on this wire"),
  },
  resultError: {
    names: {
      "anthropic-messages": "messages[].content[].tool_result.is_error",
      "gemini-content": "contents[].parts[].functionResponse.response.error",
      "bedrock-converse": "toolResult.status",
    },
    elsewhere: emulated('is said by the word "Error:" in front of the result'),
  },
  repairedResult: {
    names: {
      "openai-chat": "messages[role=tool]",
      "openai-responses": "input[].function_call_output",
      "anthropic-messages": "messages[].content[].tool_result",
      "gemini-content": "contents[].parts[].functionResponse",
    },
    abroad: emulated("did not match the calls, and was completed so that the provider takes the conversation"),
  },
} as const satisfies Record<string, FieldRow>;
