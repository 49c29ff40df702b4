/** Reading a gateway.yaml from a text, as the catalogue of a test knows it. */
import { readConfigFile } from "../../../src-gateway/settings/read-config-file.ts";
import { type ConfigFileContent, type SettingProblem, SettingsError } from "../../../src-gateway/settings/types.ts";

export const PATH = "/etc/tokligence/gateway.yaml";
const KNOWN = {
  kinds: new Set(["openai", "anthropic", "groq", "openai-compatible", "anthropic-compatible"]),
  otherProviderIds: new Set(["from-env"]),
};

export const read = (text: string): ConfigFileContent => readConfigFile(PATH, text, KNOWN);

export function problemsOf(text: string): SettingProblem[] {
  try {
    read(text);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

/** A provider with further lines; the first of them is line 4. */
export const provider = (lines: string): string =>
  `providers:\n  - id: mine\n    kind: openai\n    ${lines.replaceAll("\n", "\n    ")}\n`;
