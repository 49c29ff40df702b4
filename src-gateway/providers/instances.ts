/** From configured providers to instances that can be called. Pure. */
import { PROVIDER_WIRES, type ProviderWire } from "../ir/protocol.ts";
import type { ProviderConfig, SettingProblem } from "../settings/types.ts";
import { COMPAT_FLAGS, type CompatFlag, isCompatFlag } from "./compat.ts";
import type { AuthScheme, CatalogueRow, ProviderInstance } from "./types.ts";

/** Stands in the generic rows for the address that the operator has to give. */
const GIVEN = "{base_url}";

export function resolveInstances(
  configs: readonly ProviderConfig[],
  catalogue: ReadonlyMap<string, CatalogueRow>,
): { instances: ProviderInstance[]; problems: SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const instances = configs.flatMap((config) => {
    const row = catalogue.get(config.kind);
    if (!row) {
      problems.push({
        where: config.where,
        key: `${config.id}.kind`,
        problem: `"${config.kind}" is not in the catalogue`,
        hint: "",
      });
      return [];
    }
    return [resolveInstance(config, row, problems)];
  });
  return { instances, problems };
}

function resolveInstance(config: ProviderConfig, row: CatalogueRow, problems: SettingProblem[]): ProviderInstance {
  const refuse = (key: string, problem: string, hint: string): void => {
    problems.push({ where: config.where, key: `${config.id}.${key}`, problem, hint });
  };
  const protocols: Partial<Record<ProviderWire, string>> = {};
  const auth: Partial<Record<ProviderWire, AuthScheme>> = {};
  for (const wire of wiresOf(config, row, refuse)) {
    const url = baseUrl(config, row, wire, refuse);
    if (url === null) continue;
    protocols[wire] = url;
    auth[wire] = row.authByProtocol?.[wire] ?? row.auth;
  }
  const models = row.models !== null && protocols[row.models.protocol] !== undefined ? row.models : null;
  return {
    id: config.id,
    kind: config.kind,
    name: row.name,
    protocols,
    auth,
    credential: config.credential ?? config.credentials?.[0]?.credential ?? null,
    keys: config.credentials ?? [{ id: "default", credential: config.credential ?? null, weight: 1 }],
    needsCredential: row.needsCredential,
    declaredModels: config.models ?? null,
    modelsEndpoint: models,
    headers: config.headers ?? {},
    compat: compatOf(config, row, refuse),
    ...maxConcurrencyOf(config, refuse),
    ...(config.onStatus ? { onStatus: config.onStatus } : {}),
    ...(config.billing ? { billing: config.billing } : {}),
    ...proxyOf(config, refuse),
    region: typeof config.options?.["region"] === "string" ? config.options["region"] : null,
    where: config.where,
  };
}

type Refuse = (key: string, problem: string, hint: string) => void;

/** The wires of the row, narrowed by the operator; a generic row may be given other wires than its own. */
function wiresOf(config: ProviderConfig, row: CatalogueRow, refuse: Refuse): ProviderWire[] {
  const own = PROVIDER_WIRES.filter((wire) => row.protocols[wire] !== undefined);
  if (own.length === 0) refuse("kind", `${row.name} has no protocol that the gateway can speak yet`, "");
  if (!config.protocols) return own;
  const isGeneric = Object.values(row.protocols).includes(GIVEN);
  const foreign = isGeneric ? undefined : config.protocols.find((wire) => !own.includes(wire));
  if (foreign) refuse("protocols", `${row.name} is not known to speak ${foreign}`, `allowed: ${own.join(", ")}`);
  return config.protocols;
}

function baseUrl(config: ProviderConfig, row: CatalogueRow, wire: ProviderWire, refuse: Refuse): string | null {
  const apart = (config.options?.["base_urls"] as Record<string, unknown> | undefined)?.[wire];
  if (typeof apart === "string") return trim(apart);
  const standard = row.protocols[wire] ?? GIVEN;
  if (config.baseUrl !== undefined) return movedUrl(config.baseUrl, standard, wire, config);
  if (standard === GIVEN) {
    refuse("base_url", "is missing", "this kind needs the address of the endpoint");
    return null;
  }
  return fillIn(standard, config, refuse);
}

/**
 * One address for a provider with several wires: Anthropic's clients add `/v1` themselves, and an address that has only the
 * beginning of the row's path (or none) gets the rest of it.
 */
function movedUrl(given: string, standard: string, wire: ProviderWire, config: ProviderConfig): string {
  const url = trim(given);
  if (config.protocols?.length === 1) return url;
  const base = wire === "anthropic-messages" ? url.replace(/\/v1$/, "") : url;
  if (standard === GIVEN) return base;
  const wanted = trim(new URL(standard).pathname);
  const { origin, pathname } = new URL(base);
  const has = trim(pathname);
  return wanted === has || wanted.startsWith(`${has}/`) ? origin + wanted : base;
}

function fillIn(template: string, config: ProviderConfig, refuse: Refuse): string | null {
  let isWhole = true;
  const url = template.replace(/\{(\w+)\}/g, (_match, name: string) => {
    const value = config.options?.[name];
    if (typeof value === "string" && /^[\w.-]+$/.test(value)) return value;
    refuse(`options.${name}`, "is missing", `${config.kind} needs it for its address`);
    isWhole = false;
    return "";
  });
  return isWhole ? trim(url) : null;
}

function maxConcurrencyOf(config: ProviderConfig, refuse: Refuse): { maxConcurrency?: number } {
  const asked = config.options?.["max_concurrency"];
  if (asked === undefined) return {};
  if (Number.isInteger(asked) && (asked as number) >= 1) return { maxConcurrency: asked as number };
  refuse("options.max_concurrency", `${JSON.stringify(asked)} is no number of requests`, "1 or more, or leave it out");
  return {};
}

/** Of its own, in place of what the settings say for all. */
function proxyOf(config: ProviderConfig, refuse: Refuse): { proxy?: string } {
  const asked = config.options?.["proxy"];
  if (asked === undefined) return {};
  if (asked === "none") return { proxy: asked };
  const isAddress =
    typeof asked === "string" && URL.canParse(asked) && /^(?:https?|socks5?):$/.test(new URL(asked).protocol);
  // A password may not stand here: this file is shown, and kept in every version.
  if (isAddress && new URL(asked).username === "" && new URL(asked).hostname !== "") return { proxy: asked };
  refuse("options.proxy", "is no address of a proxy without a user", "such as http://proxy.example:3128, or none");
  return {};
}

const trim = (url: string): string => url.replace(/\/+$/, "");

function compatOf(config: ProviderConfig, row: CatalogueRow, refuse: Refuse): ReadonlySet<CompatFlag> {
  const flags = new Set<CompatFlag>(row.compat);
  const asked = config.options?.["compat"];
  if (asked === undefined) return flags;
  for (const flag of Array.isArray(asked) ? (asked as unknown[]) : [asked]) {
    if (typeof flag === "string" && isCompatFlag(flag)) flags.add(flag);
    else
      refuse(
        "options.compat",
        `${JSON.stringify(flag)} is no compat flag`,
        `allowed: ${Object.keys(COMPAT_FLAGS).join(", ")}`,
      );
  }
  return flags;
}
