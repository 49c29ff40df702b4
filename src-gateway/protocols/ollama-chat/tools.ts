import type { IrRequest } from "../../ir/request.ts";
import type { JsonObject } from "../loose-json.ts";

/** The wire has no choice of tools; "none" and a list of allowed ones can still be obeyed by what is declared. */
export function encodeTools(request: IrRequest): JsonObject[] {
  const { tools, toolChoice } = request;
  if (toolChoice?.mode === "none") return [];
  return tools
    .filter((tool) => tool.kind === "function")
    .filter((tool) => toolChoice?.allowed === undefined || toolChoice.allowed.includes(tool.name))
    .map((tool) => ({
      type: "function",
      function: {
        name: tool.name,
        ...(tool.description === undefined ? {} : { description: tool.description }),
        parameters: tool.schema ?? { type: "object", properties: {} },
      },
    }));
}
