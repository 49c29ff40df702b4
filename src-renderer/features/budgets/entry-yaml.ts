import { type Entry, isEntry, type Json } from "../../configuration/config-value.ts";

/** An entry of a list as it would stand in the configuration; what lies deeper is written on one line. */
export function entryYaml(entry: Entry): string {
  const members = Object.entries(entry).map(([name, value]) => {
    const isLong = Array.isArray(value) && value.some(isEntry);
    const lines = isLong ? ["", ...value.map((each) => `    - ${inLine(each)}`)].join("\n") : ` ${inLine(value)}`;
    return `${inLine(name)}:${lines}`;
  });
  return members.map((member, place) => `${place === 0 ? "- " : "  "}${member}`).join("\n");
}

function inLine(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(inLine).join(", ")}]`;
  if (isEntry(value)) {
    const members = Object.entries(value).map(([name, member]) => `${inLine(name)}: ${inLine(member)}`);
    return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
  }
  return typeof value === "string" && isPlain(value) ? value : JSON.stringify(value);
}

/** Words that mean nothing else to YAML, whichever version of it is read. */
const isPlain = (text: string): boolean =>
  /^[a-z][\w./@-]*$/i.test(text) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text);
