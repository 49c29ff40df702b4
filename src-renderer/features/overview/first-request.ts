import { text } from "../../i18n/text.ts";

/** What each family of clients takes as its base URL. */
export function baseUrls(url: string): { name: string; base: string }[] {
  const { bases } = text.overview;
  return [
    { name: bases.openai, base: `${url}/v1` },
    { name: bases.anthropic, base: url },
    { name: bases.gemini, base: url },
  ];
}

/**
 * A request to the built-in model, to paste into a terminal.
 *
 * @param key null when the gateway asks for none, undefined when it is not known here: then it is taken from the shell.
 */
export function firstRequestCommand(url: string, key: string | null | undefined): string {
  const lines = [`curl ${url}/v1/chat/completions`];
  if (key !== null) lines.push(`  -H "Authorization: Bearer ${key ?? "$TOKLIGENCE_API_KEY"}"`);
  lines.push('  -H "Content-Type: application/json"');
  lines.push(`  -d '{"model":"loopback","messages":[{"role":"user","content":"Hello"}]}'`);
  return lines.join(" \\\n");
}
