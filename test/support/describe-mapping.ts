/**
 * docs/api-mapping.md, made from the table that translation obeys. `node test/support/describe-mapping.ts` writes it anew.
 */
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { FIELD_GROUPS, FIELD_MAP, type NeutralField, rulingFor } from "../../src-gateway/ir/field-map.ts";
import { PROVIDER_WIRES, type ProviderWire } from "../../src-gateway/ir/protocol.ts";
import { COMPAT_FLAGS } from "../../src-gateway/providers/compat.ts";

const TITLES: Readonly<Record<ProviderWire, string>> = {
  "openai-chat": "Chat",
  "openai-responses": "Responses",
  "anthropic-messages": "Messages",
  "gemini-content": "Gemini",
  "bedrock-converse": "Converse",
  "cohere-chat": "Cohere",
  "ollama-chat": "Ollama",
};

const MARKS = {
  lossless: "as it is",
  emulated: "emulated",
  clamped: "clamped",
  dropped: "dropped",
  refused: "refused",
};

function describeCell(field: NeutralField, wire: ProviderWire): string {
  const name = FIELD_MAP[field].names[wire];
  const { verdict } = rulingFor(field, wire);
  const mark = verdict === "lossless" && name !== undefined ? "" : MARKS[verdict];
  return [name === undefined ? "" : `\`${name}\``, mark].filter((text) => text !== "").join("<br>");
}

function describeNotes(fields: readonly NeutralField[]): string[] {
  return fields.flatMap((field) => {
    const row = FIELD_MAP[field];
    const notes: [string, string][] = [];
    if (row.abroad) notes.push(["on every other wire", `${row.abroad.verdict}: it ${row.abroad.note}`]);
    if (row.elsewhere) notes.push(["without a name", `${row.elsewhere.verdict}: it ${row.elsewhere.note}`]);
    for (const [wire, ruling] of Object.entries(row.on ?? {}))
      notes.push([TITLES[wire as ProviderWire], `${ruling.verdict}: it ${ruling.note}`]);
    return notes.map(([where, text]) => `- \`${field}\`, ${where}: ${text}.`);
  });
}

export function describeMapping(): string {
  const lines = [
    "# What becomes of each field",
    "",
    "Made from the tables in `src-gateway/ir/fields`, which translation obeys; `npm test` fails when the two differ. It concerns",
    "requests to a provider of another wire than the client's: between equal wires the bytes are passed on. A field that is",
    "emulated, clamped or dropped is named in the answer's header `x-tokligence-losses` and in the request log; what is refused is",
    "answered with 400 `unsupported_operation` before anything is sent. [translation.md](translation.md) tells the rest.",
  ];
  for (const [title, fields] of Object.entries(FIELD_GROUPS)) {
    const names = Object.keys(fields) as NeutralField[];
    lines.push(
      "",
      `## ${title}`,
      "",
      `| Field | ${PROVIDER_WIRES.map((wire) => TITLES[wire]).join(" | ")} |`,
      `| --- | ${PROVIDER_WIRES.map(() => "---").join(" | ")} |`,
      ...names.map(
        (field) => `| \`${field}\` | ${PROVIDER_WIRES.map((wire) => describeCell(field, wire)).join(" | ")} |`,
      ),
      "",
      ...describeNotes(names),
    );
  }
  lines.push(
    "",
    "## Compat flags",
    "",
    "What is odd about a provider that speaks a wire otherwise well. The catalogue sets them, and `options.compat` of a provider",
    "in gateway.yaml adds to them.",
    "",
    "| Flag | What it means |",
    "| --- | --- |",
    ...Object.entries(COMPAT_FLAGS).map(([flag, reason]) => `| \`${flag}\` | ${reason} |`),
  );
  return `${lines.join("\n")}\n`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(new URL("../../docs/api-mapping.md", import.meta.url), describeMapping());
