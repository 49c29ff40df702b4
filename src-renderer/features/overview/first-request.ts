import { t } from "../../i18n/t.ts";

/** What each family of clients takes as its base URL. */
export function baseUrls(url: string): { name: string; base: string }[] {
  return [
    { name: t("overview:bases.openai"), base: `${url}/v1` },
    { name: t("overview:bases.anthropic"), base: url },
    { name: t("overview:bases.gemini"), base: url },
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
