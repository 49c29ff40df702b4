import type { Part } from "../../../src-gateway/ir/part.ts";
import type { IrRequest } from "../../../src-gateway/ir/request.ts";

/** A request of one user turn, on a model whose name is of no known family. */
export function requestOf(content: string | Part[], more: Partial<IrRequest> = {}): IrRequest {
  const parts: Part[] = typeof content === "string" ? [{ kind: "text", text: content }] : content;
  return {
    source: "anthropic-messages",
    model: "some-model",
    stream: false,
    wantsUsage: false,
    turns: [{ role: "user", parts }],
    tools: [],
    home: {},
    ...more,
  };
}
