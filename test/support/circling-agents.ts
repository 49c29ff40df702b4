/** What an agent sends that calls the same again and again, in the words of each wire. */
import type { WireProtocol } from "../../src-gateway/ir/protocol.ts";
import { scanJson } from "../../src-gateway/lib/json-scan.ts";

export interface Step {
  /** What it calls; several are made at once. */
  calls: { name: string; input: Record<string, unknown>; result: string }[];
  /** What a person says after the results. */
  person?: string;
  /** What the agent itself adds after them. */
  reminder?: string;
}

export const step = (command: string, result: string, more: Omit<Step, "calls"> = {}): Step => ({
  calls: [{ name: "run", input: { command, in: "src" }, result }],
  ...more,
});

export const CLIENT_WIRES = [
  "anthropic-messages",
  "openai-chat",
  "openai-responses",
  "gemini-content",
] as const satisfies WireProtocol[];

type Json = Record<string, unknown>;

const SPELL: Readonly<Record<WireProtocol, (step: Step, ids: string[]) => Json[]>> = {
  "anthropic-messages": ({ calls }, ids) => [
    {
      role: "assistant",
      content: [
        { type: "text", text: `Let me see, ${ids[0]}.` },
        ...calls.map(({ name, input }, at) => ({ type: "tool_use", id: ids[at], name, input })),
      ],
    },
    {
      role: "user",
      content: calls.map(({ result }, at) => ({ tool_use_id: ids[at], type: "tool_result", content: result })),
    },
  ],
  "openai-chat": ({ calls }, ids) => [
    {
      role: "assistant",
      content: `Let me see, ${ids[0]}.`,
      tool_calls: calls.map(({ name, input }, at) => ({
        id: ids[at],
        type: "function",
        function: { name, arguments: JSON.stringify(input) },
      })),
    },
    ...calls.map(({ result }, at) => ({ role: "tool", tool_call_id: ids[at], content: result })),
  ],
  "openai-responses": ({ calls }, ids) => [
    { type: "reasoning", id: `rs_${ids[0]}`, summary: [], encrypted_content: `x${ids[0]}` },
    ...calls.map(({ name, input }, at) => ({
      type: "function_call",
      id: `fc_${ids[at]}`,
      call_id: ids[at],
      name,
      arguments: JSON.stringify(input),
    })),
    ...calls.map(({ result }, at) => ({ type: "function_call_output", call_id: ids[at], output: result })),
  ],
  "gemini-content": ({ calls }) => [
    { role: "model", parts: calls.map(({ name, input }) => ({ functionCall: { name, args: input } })) },
    { role: "user", parts: calls.map(({ name, result }) => ({ functionResponse: { name, response: { result } } })) },
  ],
};

const say = (wire: WireProtocol, text: string): Json => {
  if (wire === "gemini-content") return { role: "user", parts: [{ text }] };
  if (wire === "openai-responses") return { type: "message", role: "user", content: [{ type: "input_text", text }] };
  return { role: "user", content: text };
};

export function circlingBody(wire: WireProtocol, steps: readonly Step[], more: Json = {}): Json {
  const history = [say(wire, "Mend the build, please.")];
  for (const [turn, each] of steps.entries()) {
    history.push(
      ...SPELL[wire](
        each,
        each.calls.map((_, at) => `call_${turn}_${at}`),
      ),
    );
    if (each.reminder !== undefined) history.push(say(wire, each.reminder));
    if (each.person !== undefined) history.push(say(wire, each.person));
  }
  if (wire === "gemini-content") return { contents: history, ...more };
  if (wire === "openai-responses") return { model: "m", input: history, ...more };
  return { model: "m", max_tokens: 100, messages: history, ...more };
}

export function scanned(body: unknown): { bytes: Buffer; root: ReturnType<typeof scanJson> } {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return { bytes, root: scanJson(bytes) };
}
