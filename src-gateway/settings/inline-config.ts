/** Providers, routes and aliases that are given as settings instead of in gateway.yaml. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCredential } from "./credential-ref.ts";
import type { Layers } from "./layers.ts";
import { splitList, type TypedValues } from "./typed-values.ts";
import type { ConfigFileContent, ProviderConfig, RouteConfig } from "./types.ts";

export function inlineConfig(
  layers: Layers,
  values: TypedValues,
  env: Readonly<Record<string, string | undefined>>,
  _context: { cwd: string; homeDir: string },
): ConfigFileContent {
  return {
    providers: ["openai", "anthropic", "gemini"].flatMap((id) => inlineProvider(id, layers, values, env)),
    routes: inlineRoutes(layers, values),
    aliases: inlineAliases(layers, values),
  };
}

function inlineProvider(id: string, layers: Layers, values: TypedValues, env: Readonly<Record<string, string | undefined>>): ProviderConfig[] {
  const key = values.where(`${id}_api_key`);
  const baseUrl = values.text(`${id}_base_url`);
  if (!key) return [];
  const headers: Record<string, string> = {};
  const organization = id === "openai" ? values.text("openai_org") : null;
  const version = id === "anthropic" ? values.text("anthropic_version") : null;
  if (organization) headers["openai-organization"] = organization;
  if (version) headers["anthropic-version"] = version;
  const variable = `TOKLIGENCE_${id.toUpperCase()}_API_KEY`;
  const isFromEnv = key.from === "env" && env[variable] !== undefined;
  const reference = isFromEnv ? ({ source: "env", name: variable } as const) : parseCredential(key.text);
  if (reference === null) {
    layers.problems.push({
      where: key.where,
      key: `${id}_api_key`,
      problem: "a key must not stand in a file in clear text",
      hint: `write env:NAME, file:PATH or keychain:NAME, or set the environment variable ${variable}`,
    });
    return [];
  }
  return [
    {
      id,
      kind: id,
      credential: reference,
      ...(baseUrl === null ? {} : { baseUrl }),
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
      where: key.where,
    },
  ];
}

function inlineRoutes(layers: Layers, values: TypedValues): RouteConfig[] {
  const where = values.where("model_provider_routes")?.where ?? "";
  return pairsOf(layers, "model_provider_routes", values.text("model_provider_routes") ?? "", where).map(([match, provider]) => ({
    match,
    strategy: "single",
    targets: [{ provider }],
    where,
  }));
}

function inlineAliases(layers: Layers, values: TypedValues): Record<string, string> {
  const sources: [text: string, where: string][] = [[values.text("model_aliases") ?? "", values.where("model_aliases")?.where ?? ""]];
  for (const path of [...filesIn(layers, values), values.path("model_aliases_file")]) {
    if (path === null) continue;
    try {
      sources.unshift([readFileSync(path, "utf8"), path]);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      layers.problems.push({ where: values.where("model_aliases_file")?.where ?? path, key: "model_aliases_file", problem: `${path} cannot be read (${code})`, hint: "" });
    }
  }
  return Object.fromEntries(sources.flatMap(([text, where]) => pairsOf(layers, "model_aliases", text, where)));
}

function filesIn(layers: Layers, values: TypedValues): string[] {
  const dir = values.path("model_aliases_dir");
  if (dir === null) return [];
  try {
    return readdirSync(dir).sort().map((name) => join(dir, name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    layers.problems.push({ where: values.where("model_aliases_dir")?.where ?? dir, key: "model_aliases_dir", problem: `${dir} cannot be read (${code})`, hint: "" });
    return [];
  }
}

/** `a=b` and `a=>b`, separated by commas or line ends; `#` begins a comment line. */
function pairsOf(layers: Layers, key: string, text: string, where: string): [string, string][] {
  const pairs: [string, string][] = [];
  for (const item of splitList(text)) {
    if (item.startsWith("#")) continue;
    const match = /^(.+?)\s*=>?\s*(.+)$/.exec(item);
    if (match?.[1] && match[2]) pairs.push([match[1].trim(), match[2].trim()]);
    else layers.problems.push({ where, key, problem: `"${item.slice(0, 60)}" is no pair`, hint: "such as gpt-*=openai" });
  }
  return pairs;
}
