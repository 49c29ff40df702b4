/**
 * The table of docs/providers.md, made from the catalogue. `node test/support/describe-providers.ts` writes it anew.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { CATALOGUE } from "../../src-gateway/providers/catalogue.ts";
import type { CatalogueRow } from "../../src-gateway/providers/types.ts";

export function describeProviders(rows: CatalogueRow[]): string {
  const lines = [...rows]
    .sort((a, b) => a.id.localeCompare(b.id))
    .map((row) => {
      const wires = Object.keys(row.protocols).join(", ") || `not yet: ${Object.keys(row.otherWires).join(", ")}`;
      const key =
        row.credentialEnv.map((name) => `\`${name}\``).join(", ") ||
        (row.needsCredential ? "by `credential`" : "none needed");
      return `| \`${row.id}\` | ${row.name} | ${wires} | ${key} | ${row.baseUrlEnv.map((name) => `\`${name}\``).join(", ") || "–"} | ${row.confidence} |`;
    });
  return [
    "| Kind | Provider | Spoken to in | Key from | Base URL from | Facts |",
    "| --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = new URL("../../docs/providers.md", import.meta.url);
  const text = readFileSync(file, "utf8");
  const start = text.indexOf("| Kind |");
  const end = text.indexOf("\n\n", start);
  writeFileSync(
    file,
    text.slice(0, start) + describeProviders([...CATALOGUE.values()]) + (end < 0 ? "\n" : text.slice(end)),
  );
}
