/** gateway.yaml (or .json): providers, routes, aliases, prices and limits. Everything wrong is reported at once, with file and line. */
import { isMap, type Node } from "yaml";
import { readBudgets } from "./read-budgets.ts";
import { readDefaultProvider } from "./read-default-provider.ts";
import { readHooks } from "./read-hooks.ts";
import { readIdentity } from "./read-identity.ts";
import { readPrices } from "./read-prices.ts";
import { readProviders } from "./read-providers.ts";
import { readRateLimits } from "./read-rate-limits.ts";
import { readRoutes } from "./read-routes.ts";
import { readSignIn } from "./read-sign-in.ts";
import { quote } from "./secret-text.ts";
import { type ConfigFileContent, SettingsError } from "./types.ts";
import { isEmpty, YamlReader } from "./yaml-reader.ts";

const CONFIG_MEMBERS = [
  "providers",
  "routes",
  "aliases",
  "default_provider",
  "prices",
  "budgets",
  "rate_limits",
  "identity",
  "hooks",
  "sign_in",
] as const;

export interface KnownNames {
  /** Ids of the catalogue's rows. */
  kinds: ReadonlySet<string>;
  /** Providers that exist without the file: from settings or environment. */
  otherProviderIds: ReadonlySet<string>;
}

/** @throws SettingsError */
export function readConfigFile(path: string, text: string, known: KnownNames): ConfigFileContent {
  const reader = new YamlReader(path, text);
  const content: ConfigFileContent = { providers: [], routes: [], aliases: {} };
  const root = reader.root;
  // A file of nothing but comments is one that configures nothing.
  if (root !== null && !isEmpty(root)) {
    const members = reader.members(root, "file", CONFIG_MEMBERS);
    const { providers, ids, disabled } = readProviders(reader, members?.get("providers"), path, known.kinds);
    content.providers = providers;
    if (disabled.length > 0) content.disabled = disabled;
    const providerIds = new Set([...ids, ...known.otherProviderIds, "loopback"]);
    content.routes = [
      ...readDefaultProvider(reader, members?.get("default_provider"), providerIds),
      ...readRoutes(reader, members?.get("routes"), providerIds),
    ];
    content.aliases = readAliases(reader, members?.get("aliases"));
    if (members?.has("prices")) content.prices = readPrices(reader, members.get("prices"));
    if (members?.has("budgets")) content.budgets = readBudgets(reader, members.get("budgets"));
    if (members?.has("rate_limits")) content.rateLimits = readRateLimits(reader, members.get("rate_limits"));
    if (members?.has("identity")) content.identity = readIdentity(reader, members.get("identity"));
    if (members?.has("sign_in")) content.signIn = readSignIn(reader, members.get("sign_in"), path);
    if (members?.has("hooks")) content.hooks = readHooks(reader, members.get("hooks"), path);
  }
  if (reader.problems.length > 0) throw new SettingsError(reader.problems);
  return content;
}

function readAliases(reader: YamlReader, node: Node | undefined): Record<string, string> {
  if (node === undefined || isEmpty(node)) return {};
  if (!isMap(node)) {
    reader.refuse(node, "aliases", "must be a map of names to models", "such as aliases: {fast: gpt-5-mini}");
    return {};
  }
  const aliases: [string, string][] = [];
  for (const [name, value] of reader.entries(node)) {
    const model = reader.text(value, `aliases.${quote(name)}`);
    if (name.trim() === "") reader.refuse(value, "aliases", "a name is empty");
    else if (model !== null) aliases.push([name, model]);
  }
  return Object.fromEntries(aliases);
}
