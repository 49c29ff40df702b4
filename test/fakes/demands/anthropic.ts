import { asObject, type JsonObject } from "../../../src-gateway/protocols/loose-json.ts";
import { type Demands, demandTool, objects, onlyKnown } from "./demand.ts";

const BODY = [
  "model messages system max_tokens metadata stop_sequences stream temperature thinking tool_choice tools top_k top_p",
  "output_config service_tier cache_control",
].flatMap((line) => line.split(" "));

const blocksOf = (message: JsonObject | undefined): JsonObject[] =>
  typeof message?.["content"] === "string"
    ? [{ type: "text", text: message["content"] }]
    : objects(message?.["content"]);

export const anthropicDemands: Demands = (body, refuse) => {
  onlyKnown(body, BODY, "body", refuse);
  demandSampling(body, refuse);
  for (const tool of objects(body["tools"])) {
    onlyKnown(tool, ["name", "description", "input_schema", "cache_control", "strict"], "tools[]", refuse);
    demandTool(tool["name"], tool["input_schema"], 128, refuse);
  }
  const marks = JSON.stringify(body).split('"cache_control":').length - 1;
  if (marks > 4) refuse(`${marks} cache marks`);
  const messages = objects(body["messages"]);
  messages.forEach((message, at) => {
    if (message["role"] !== (at % 2 === 0 ? "user" : "assistant"))
      refuse(`message ${at} is of ${String(message["role"])}`);
    demandBlocks(blocksOf(message), refuse);
    const called = blocksOf(messages[at - 1]).filter((block) => block["type"] === "tool_use");
    const results = blocksOf(message).filter((block) => block["type"] === "tool_result");
    const wanted = message["role"] === "user" ? called.map((block) => block["id"]) : [];
    const given = results.map((block) => block["tool_use_id"]);
    if (wanted.join() !== given.join()) refuse(`message ${at} answers ${given.join()} and not ${wanted.join()}`);
    if (
      blocksOf(message)
        .slice(0, results.length)
        .some((block) => block["type"] !== "tool_result" && given.length > 0)
    )
      refuse(`message ${at} has something before its results`);
  });
  const running = blocksOf(messages.findLast((message) => message["role"] === "assistant"));
  const thinks = asObject(body["thinking"])?.["type"] === "enabled";
  const isCalling = running.some((block) => block["type"] === "tool_use");
  if (thinks && isCalling && !String(running[0]?.["type"]).endsWith("thinking")) refuse("a call without its thought");
};

function demandSampling(body: JsonObject, refuse: (what: string) => void): void {
  const thinking = asObject(body["thinking"]);
  const max = body["max_tokens"];
  if (typeof max !== "number") return refuse("no max_tokens");
  if (body["temperature"] !== undefined && body["top_p"] !== undefined) refuse("temperature and top_p");
  if (thinking === null || thinking["type"] === "disabled") return;
  if (body["top_k"] !== undefined || (body["temperature"] ?? 1) !== 1) refuse("sampling while it thinks");
  const budget = thinking["budget_tokens"];
  if (thinking["type"] === "enabled" && (typeof budget !== "number" || budget < 1024 || budget >= max))
    refuse(`a budget of ${String(budget)} in ${max}`);
}

function demandBlocks(blocks: JsonObject[], refuse: (what: string) => void): void {
  if (blocks.length === 0) refuse("a message without content");
  for (const block of blocks) {
    if (block["type"] === "text" && String(block["text"]).trim() === "") refuse("a blank text");
    if (block["type"] === "thinking" && !block["signature"]) refuse("a thought without a signature");
    if (block["type"] === "tool_use" && !/^[a-zA-Z0-9_-]+$/.test(String(block["id"])))
      refuse(`the id ${String(block["id"])}`);
  }
}
