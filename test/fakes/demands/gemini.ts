import { asObject, type JsonObject } from "../../../src-gateway/protocols/loose-json.ts";
import { type Demands, demandTool, objects, onlyKnown } from "./demand.ts";

const BODY = ["contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings"];
const CONFIG = [
  "maxOutputTokens temperature topP topK stopSequences candidateCount seed responseMimeType responseJsonSchema",
  "presencePenalty frequencyPenalty thinkingConfig responseLogprobs logprobs responseModalities",
].flatMap((line) => line.split(" "));
const DATA = ["text", "inlineData", "fileData", "functionCall", "functionResponse"];

export const geminiDemands: Demands = (body, refuse) => {
  onlyKnown(body, BODY, "body", refuse);
  onlyKnown(asObject(body["generationConfig"]) ?? {}, CONFIG, "generationConfig", refuse);
  for (const tool of objects(body["tools"]).flatMap((each) => objects(each["functionDeclarations"]))) {
    onlyKnown(tool, ["name", "description", "parameters", "parametersJsonSchema"], "functionDeclarations[]", refuse);
    // A function that takes nothing has no schema.
    demandTool(tool["name"], tool["parametersJsonSchema"] ?? tool["parameters"] ?? { type: "object" }, 64, refuse);
  }
  const contents = objects(body["contents"]);
  contents.forEach((content, at) => {
    onlyKnown(content, ["role", "parts"], "contents[]", refuse);
    if (content["role"] !== (at % 2 === 0 ? "user" : "model")) refuse(`content ${at} is of ${String(content["role"])}`);
    const parts = objects(content["parts"]);
    if (parts.length === 0) refuse(`content ${at} has no parts`);
    for (const part of parts) demandPart(part, refuse);
    const names = (key: string, from: JsonObject[]): string =>
      from
        .map((part) => asObject(part[key]))
        .filter((each) => each !== null)
        .map((each) => `${String(each["id"])} ${String(each["name"])}`)
        .join();
    const wanted = content["role"] === "user" ? names("functionCall", objects(contents[at - 1]?.["parts"])) : "";
    if (names("functionResponse", parts) !== wanted) refuse(`content ${at} does not answer ${wanted}`);
    const first = parts.find((part) => part["functionCall"]);
    if (first && !first["thoughtSignature"]) refuse("a first call without its signature");
  });
};

function demandPart(part: JsonObject, refuse: (what: string) => void): void {
  onlyKnown(part, [...DATA, "thought", "thoughtSignature"], "parts[]", refuse);
  const count = DATA.filter((key) => part[key] !== undefined).length;
  if (count !== 1) refuse(`a part with ${count} kinds of data`);
  if (part["thoughtSignature"] === "") refuse("a signature that is empty");
}
