import type { IrRequest } from "../../ir/request.ts";
import type { JsonObject } from "../loose-json.ts";

/** `tools` and `tool_choice`; neither when there are no tools. */
export function encodeTools(request: IrRequest): JsonObject {
  const choice = request.toolChoice;
  // One tool cannot be named, but it can be the only one.
  const allowed = choice?.mode === "named" && choice.name !== undefined ? [choice.name] : choice?.allowed;
  const tools = request.tools
    .filter((tool) => tool.kind === "function")
    .filter((tool) => allowed === undefined || allowed.includes(tool.name))
    .map((tool) => ({
      type: "function",
      function: {
        name: tool.name,
        ...(tool.description === undefined ? {} : { description: tool.description }),
        parameters: tool.schema ?? { type: "object", properties: {} },
      },
    }));
  if (tools.length === 0) return {};
  switch (choice?.mode) {
    case "none":
      return { tools, tool_choice: "NONE" };
    case "required":
    case "named":
      return { tools, tool_choice: "REQUIRED" };
    default:
      // Leaving the choice to the model has no word.
      return { tools };
  }
}
