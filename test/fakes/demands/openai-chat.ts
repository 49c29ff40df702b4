import { asObject } from "../../../src-gateway/protocols/loose-json.ts";
import { type Demands, demandTool, objects, onlyKnown } from "./demand.ts";

const BODY = [
  "model messages tools tool_choice parallel_tool_calls max_completion_tokens temperature top_p stop n seed stream",
  "stream_options response_format reasoning_effort verbosity user metadata store service_tier logprobs top_logprobs",
  "presence_penalty frequency_penalty prompt_cache_key logit_bias safety_identifier prompt_cache_retention",
].flatMap((line) => line.split(" "));
// Not OpenAI's own: many who speak the wire want their thoughts back there, and only those that are told to get them.
const MESSAGE = ["role", "content", "name", "tool_calls", "tool_call_id", "refusal", "reasoning_content"];

export const chatDemands: Demands = (body, refuse) => {
  onlyKnown(body, BODY, "body", refuse);
  if (typeof body["user"] === "string" && body["user"].length > 64) refuse("user is longer than 64 characters");
  if (body["tools"] !== undefined && objects(body["tools"]).length === 0) refuse("tools is empty");
  for (const tool of objects(body["tools"])) {
    const { name, parameters, ...rest } = asObject(tool["function"]) ?? {};
    onlyKnown(tool, ["type", "function"], "tools[]", refuse);
    onlyKnown(rest, ["description", "strict"], "tools[].function", refuse);
    demandTool(name, parameters, 64, refuse);
  }
  let open: unknown[] = [];
  for (const message of objects(body["messages"])) {
    onlyKnown(message, MESSAGE, "messages[]", refuse);
    if (message["role"] === "tool") {
      if (!open.includes(message["tool_call_id"]))
        refuse(`the result of ${String(message["tool_call_id"])} has no call`);
      open = open.filter((id) => id !== message["tool_call_id"]);
    } else {
      if (open.length > 0) refuse(`the calls ${open.join(", ")} have no results`);
      open = objects(message["tool_calls"]).map((call) => call["id"]);
    }
    for (const part of objects(Array.isArray(message["content"]) ? message["content"] : []))
      onlyKnown(part, ["type", String(part["type"])], "content[]", refuse);
    const isMute = message["content"] === null || message["content"] === undefined || message["content"] === "";
    if (isMute && !message["tool_calls"]) refuse(`a message of ${String(message["role"])} says nothing`);
  }
};
