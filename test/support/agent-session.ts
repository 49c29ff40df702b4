/** A coding agent's session as its requests: each turn sends all turns before it again, with one file more. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Real sources, so that what is compressed is what agents read; a pinned package's, because ours change every day. */
function sources(): string {
  const folder = dirname(fileURLToPath(import.meta.resolve("kysely")));
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith(".js") || name.endsWith(".d.ts"))
    .toSorted()
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}

/** @returns one body a turn; the last one has about `lastBytes`. */
export function agentSession(turns: number, lastBytes: number): Buffer[] {
  const text = sources();
  const textAt = (place: number, length: number): string => {
    const start = (place * 40_009) % (text.length - length);
    return text.slice(start, start + length);
  };
  const tools = Array.from({ length: 18 }, (_, place) => ({
    name: `tool_${place}`,
    description: textAt(place, 700),
    input_schema: { type: "object", properties: { path: { type: "string" }, line: { type: "number" } } },
  }));
  const system = [{ type: "text", text: textAt(100, 4000) }];
  const perTurn = Math.max(100, Math.floor((lastBytes - 22_000) / turns) - 300);
  const messages: { role: string; content: Record<string, unknown>[] }[] = [
    { role: "user", content: [{ type: "text", text: "Find out why the queue stops, and mend it." }] },
  ];
  return Array.from({ length: turns }, (_, turn) => {
    if (turn > 0) {
      const id = `toolu_${(turn * 2_654_435_761).toString(36)}`;
      const call = { type: "tool_use", id, name: "tool_3", input: { path: `src/part-${turn}.ts` } };
      const content = textAt(turn, perTurn);
      messages.push({ role: "assistant", content: [{ type: "text", text: `Now I read part ${turn}.` }, call] });
      messages.push({ role: "user", content: [{ type: "tool_result", tool_use_id: id, content }] });
    }
    const sent = structuredClone(messages);
    // The mark moves on with every turn.
    Object.assign(sent.at(-1)?.content.at(-1) ?? {}, { cache_control: { type: "ephemeral" } });
    const body = { model: "claude-sonnet-5", max_tokens: 32_000, messages: sent, system, tools, stream: true };
    return Buffer.from(JSON.stringify(body));
  });
}
