/** What a person sees when the gateway has started. */
import type { GatewayInfo } from "./index.ts";

export function describeStart(info: GatewayInfo): string {
  const { url } = info;
  const lines = [
    "",
    `Tokligence Gateway ${info.version} listens on ${url}`,
    "",
    `  OpenAI base URL      ${url}/v1`,
    `  Anthropic base URL   ${url}`,
    `  Gemini base URL      ${url}`,
    `  Console              ${info.consoleUrl}`,
    `  Data                 ${info.dataDir}`,
    `  New versions         ${updatesLine(info.updates)}`,
    `  Providers            ${info.providers.length === 0 ? "none yet; the built-in model is `loopback`" : info.providers.join(", ")}`,
    "",
  ];
  if (info.clientKey !== null) {
    lines.push(
      "  Your first client key, shown this once:",
      `  ${info.clientKey}`,
      "",
      "  Try it:",
      `  curl ${url}/v1/chat/completions -H "Authorization: Bearer ${info.clientKey}" -H "Content-Type: application/json" \\`,
      `    -d '{"model":"loopback","messages":[{"role":"user","content":"Hello"}]}'`,
      "",
    );
  } else lines.push("  Client keys: `gateway admin api-keys list`, `gateway admin api-keys create`", "");
  for (const notice of info.notices) lines.push(`  Note: ${notice}`);
  return `${lines.join("\n")}\n`;
}

/** What leaves this machine by itself is said at every start. */
const updatesLine = ({ baseUrl, offBecause }: GatewayInfo["updates"]): string =>
  baseUrl === null
    ? `nobody is asked (${offBecause ?? "off"})`
    : `${baseUrl} is asked once a day, with a random installation id, version, platform and kind of database;\n${" ".repeat(23)}update_check_enabled = false stops it`;
