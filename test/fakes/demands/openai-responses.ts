import { type Demands, demandTool, objects, onlyKnown } from "./demand.ts";

const BODY = [
  "model input instructions tools tool_choice parallel_tool_calls max_output_tokens temperature top_p top_logprobs",
  "reasoning text store include stream user metadata service_tier prompt_cache_key truncation safety_identifier",
].flatMap((line) => line.split(" "));

const ITEMS: Readonly<Record<string, string[]>> = {
  message: ["type", "role", "content"],
  function_call: ["type", "call_id", "name", "arguments"],
  function_call_output: ["type", "call_id", "output"],
  custom_tool_call: ["type", "call_id", "name", "input"],
  custom_tool_call_output: ["type", "call_id", "output"],
  reasoning: ["type", "summary", "encrypted_content"],
};

export const responsesDemands: Demands = (body, refuse) => {
  onlyKnown(body, BODY, "body", refuse);
  if (typeof body["user"] === "string" && body["user"].length > 64) refuse("user is longer than 64 characters");
  for (const tool of objects(body["tools"])) {
    onlyKnown(tool, ["type", "name", "description", "parameters", "strict", "format"], "tools[]", refuse);
    if (tool["type"] === "function") demandTool(tool["name"], tool["parameters"], 64, refuse);
  }
  const items = objects(body["input"]);
  for (const item of items) {
    const known = ITEMS[String(item["type"])];
    if (!known) refuse(`an item of type ${String(item["type"])}`);
    else onlyKnown(item, known, String(item["type"]), refuse);
    if (item["encrypted_content"] === "") refuse("encrypted content that is empty");
    const told =
      item["role"] === "assistant" ? ["output_text", "refusal"] : ["input_text", "input_image", "input_file"];
    for (const part of objects(Array.isArray(item["content"]) ? item["content"] : []))
      if (!told.includes(String(part["type"])))
        refuse(`${String(part["type"])} in a message of ${String(item["role"])}`);
  }
  const ids = (types: string[]): unknown[] =>
    items.filter((item) => types.includes(String(item["type"]))).map((item) => item["call_id"]);
  const called = ids(["function_call", "custom_tool_call"]);
  const answered = new Set(ids(["function_call_output", "custom_tool_call_output"]));
  if (new Set(called).size !== called.length) refuse("two calls of one id");
  for (const id of called) if (!answered.delete(id)) refuse(`the call ${String(id)} has no output`);
  for (const id of answered) refuse(`the output of ${String(id)} has no call`);
};
