/** Providers, routes and aliases that are given as settings instead of in gateway.yaml. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isOwnAddress } from "./base-url.ts";
import { parseCredential } from "./credential-ref.ts";
import { providersFromEnvironment } from "./environment-providers.ts";
import type { LayeredValue, Layers } from "./layers.ts";
import { readTextNow } from "./read-text.ts";
import { quote } from "./secret-text.ts";
import type { Places, TypedValues } from "./typed-values.ts";
import {
  type ConfigFileContent,
  type CredentialRef,
  type ListenerSettings,
  type ProviderConfig,
  type RouteConfig,
  SettingsError,
} from "./types.ts";

type Env = Readonly<Record<string, string | undefined>>;

interface InlineInput {
  layers: Layers;
  values: TypedValues;
  env: Env;
  places: Places;
  listeners: readonly ListenerSettings[];
}

interface InlineRow {
  id: string;
  /** The provider's usual variables, which fill in what the settings leave open. */
  credentialEnv: string[];
  baseUrlEnv: string[];
  /** Setting → header. */
  headers: Record<string, string>;
}

const ROWS: readonly InlineRow[] = [
  {
    id: "openai",
    credentialEnv: ["OPENAI_API_KEY"],
    baseUrlEnv: ["OPENAI_BASE_URL"],
    headers: { openai_org: "openai-organization" },
  },
  {
    id: "anthropic",
    credentialEnv: ["ANTHROPIC_API_KEY"],
    baseUrlEnv: ["ANTHROPIC_BASE_URL"],
    headers: { anthropic_version: "anthropic-version" },
  },
  { id: "gemini", credentialEnv: ["GEMINI_API_KEY", "GOOGLE_API_KEY"], baseUrlEnv: ["GEMINI_BASE_URL"], headers: {} },
];

export function inlineConfig(input: InlineInput): ConfigFileContent {
  return {
    providers: ROWS.flatMap((row) => inlineProvider(row, input)),
    routes: ["routes", "model_provider_routes"].flatMap((key) => inlineRoutes(key, input)),
    aliases: inlineAliases(input),
  };
}

function inlineProvider(row: InlineRow, input: InlineInput): ProviderConfig[] {
  const { layers, values, env, listeners } = input;
  const key = values.layered(`${row.id}_api_key`);
  const baseUrl = values.text(`${row.id}_base_url`);
  const headers = Object.entries(row.headers).flatMap(([setting, name]) => {
    const value = values.text(setting);
    return value === null ? [] : [[name, value] as const];
  });
  // Without any of them, the usual variables alone decide; see environment-providers.ts.
  if (key === null && baseUrl === null && headers.length === 0) return [];
  let usual: ProviderConfig | undefined;
  try {
    [usual] = providersFromEnvironment([{ ...row, needsCredential: false }], env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    layers.problems.push(...error.problems);
  }
  const isOurs = usual?.baseUrl !== undefined && isOwnAddress(usual.baseUrl, listeners);
  // Whoever points this variable at the gateway keeps the gateway's key beside it.
  if (isOurs)
    layers.notices.push({
      where: `env ${row.baseUrlEnv[0]}`,
      text: "is the gateway's own address, so it is not used to reach the provider",
    });
  const credential = key === null ? (isOurs ? undefined : usual?.credential) : referenceTo(key, row.id, input);
  const url = baseUrl ?? (isOurs ? undefined : usual?.baseUrl);
  if (credential === undefined) {
    const set = [`${row.id}_base_url`, ...Object.keys(row.headers)].find((name) => values.text(name) !== null);
    if (set)
      layers.notices.push({
        where: values.where(set),
        text: `has no effect without a key: set ${row.credentialEnv[0]} or TOKLIGENCE_${row.id.toUpperCase()}_API_KEY`,
      });
    return [];
  }
  return [
    {
      id: row.id,
      kind: row.id,
      credential,
      ...(url === undefined ? {} : { baseUrl: url.replace(/\/+$/, "") }),
      ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
      where: key?.where ?? usual?.where ?? `env ${row.credentialEnv[0]}`,
    },
  ];
}

/** The variable itself holds the key; a file, or a variable that says so, only names the place. */
function referenceTo(key: LayeredValue, id: string, { places }: InlineInput): CredentialRef {
  return parseCredential(key.text, places.cwd) ?? { source: "env", name: `TOKLIGENCE_${id.toUpperCase()}_API_KEY` };
}

function inlineRoutes(key: string, { layers, values }: InlineInput): RouteConfig[] {
  const where = values.where(key);
  const pairs = pairsOf(layers, key, values.text(key) ?? "", () => where);
  return pairs.map(([match, provider]) => ({ match, strategy: "single", targets: [{ provider }], where }));
}

/** What is said more directly wins: the setting over the file, the file over the folder. */
function inlineAliases({ layers, values }: InlineInput): Record<string, string> {
  const file = values.path("model_aliases_file");
  const paths = [...filesIn(layers, values), ...(file === null ? [] : [file])];
  const pairs = paths.flatMap((path) => {
    try {
      return pairsOf(layers, "model_aliases", readTextNow(path), (line) => `${path}:${line}`);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      const key = path === file ? "model_aliases_file" : "model_aliases_dir";
      // The path is quoted, not the place: it could be a key that was put into the wrong setting.
      const problem = `${quote(path)}: ${error.problems[0]?.problem}`;
      layers.problems.push({ where: values.where(key), key, problem, hint: "" });
      return [];
    }
  });
  pairs.push(
    ...pairsOf(layers, "model_aliases", values.text("model_aliases") ?? "", () => values.where("model_aliases")),
  );
  return Object.fromEntries(pairs);
}

function filesIn(layers: Layers, values: TypedValues): string[] {
  const folder = values.path("model_aliases_dir");
  if (folder === null) return [];
  try {
    // Mounted folders hold their versions in hidden ones.
    const entries = readdirSync(folder, { withFileTypes: true }).filter(
      (entry) => !entry.name.startsWith(".") && !entry.isDirectory(),
    );
    return entries.map((entry) => join(folder, entry.name)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    layers.problems.push({
      where: values.where("model_aliases_dir"),
      key: "model_aliases_dir",
      problem: `the folder cannot be read (${code})`,
      hint: "",
    });
    return [];
  }
}

/** `a=b` and `a=>b`, separated by commas or line ends; `#` and `;` begin comment lines. */
function pairsOf(layers: Layers, key: string, text: string, whereOf: (line: number) => string): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (/^\s*[#;]/.test(line)) continue;
    for (const item of line.split(",").map((part) => part.trim())) {
      if (item === "") continue;
      const mark = item.indexOf("=");
      const name = item.slice(0, Math.max(0, mark)).trim();
      const value = item.slice(mark + (item.startsWith("=>", mark) ? 2 : 1)).trim();
      if (name !== "" && value !== "" && !value.startsWith("=")) pairs.push([name, value]);
      else
        layers.problems.push({
          where: whereOf(index + 1),
          key,
          problem: `${quote(item)} is no pair`,
          hint: "such as gpt-*=openai",
        });
    }
  }
  return pairs;
}
