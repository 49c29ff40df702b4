/** The part `sign_in:` of gateway.yaml: OIDC providers, and issuers whose tokens are taken for client keys. */
import { dirname } from "node:path";
import { isMap, type Node } from "yaml";
import { HOW_TO_GIVE_KEYS, parseCredential } from "./credential-ref.ts";
import { readPatterns } from "./read-conditions.ts";
import { choice, type Entry, readId, refuseMissing, refuseTwice } from "./read-limit-parts.ts";
import { quote } from "./secret-text.ts";
import {
  CLAIMED_ROLES,
  type ClaimedRole,
  type OidcProviderConfig,
  type SignInConfig,
  type TokenIssuerConfig,
} from "./sign-in-types.ts";
import type { CredentialRef } from "./types.ts";
import type { YamlReader } from "./yaml-reader.ts";

const STANDARD_SCOPES = ["openid", "email", "profile"];
const OIDC_MEMBERS = ["id", "name", "issuer", "client_id", "client_secret", "scopes", "trust_email", "logout"];
const OIDC_RULES = ["provision", "roles", "teams"];
const TOKEN_MEMBERS = ["issuer", "audience", "jwks_url", "trust_email"];
const DOMAIN = /^[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,251}[\p{L}\p{N}])?$/u;

/** @param path of the file: files of secrets are looked for beside it. */
export function readSignIn(reader: YamlReader, node: Node | undefined, path: string): SignInConfig {
  const members = node === undefined ? null : reader.members(node, "sign_in", ["oidc", "tokens"]);
  const items = reader.items(members?.get("oidc"), "sign_in.oidc");
  const read = items.map((item, index) => readProvider(reader, item, `sign_in.oidc[${index}]`, dirname(path)));
  const oidc = read.filter((provider) => provider !== null);
  refuseTwice(oidc, (index) =>
    reader.refuse(items[index], `sign_in.oidc[${index}].id`, "stands twice", "give each provider an id of its own"),
  );
  const tokens = reader.items(members?.get("tokens"), "sign_in.tokens");
  return {
    oidc,
    tokens: tokens.flatMap((item, index) => readIssuer(reader, item, `sign_in.tokens[${index}]`) ?? []),
  };
}

function readProvider(reader: YamlReader, node: Node, key: string, folder: string): OidcProviderConfig | null {
  const members = reader.members(node, key, [...OIDC_MEMBERS, ...OIDC_RULES]);
  if (!members) return null;
  const entry: Entry = { reader, node, members, key };
  refuseMissing(entry, "id", "a name of your choice, which stands in the address to return to");
  refuseMissing(entry, "issuer", "such as https://login.example.com");
  refuseMissing(entry, "client_id", "as the provider gave it");
  const id = readId(entry);
  const issuer = readUrl(entry, "issuer");
  const clientId = reader.text(members.get("client_id"), `${key}.client_id`);
  const provider = {
    name: reader.text(members.get("name"), `${key}.name`) ?? id ?? "",
    clientSecret: readSecretRef(entry, folder),
    scopes: readScopes(entry),
    trustEmail: reader.flag(members.get("trust_email"), `${key}.trust_email`) ?? false,
    logout: reader.flag(members.get("logout"), `${key}.logout`) ?? true,
    provision: readProvision(entry),
    roles: readRoles(entry),
    teams: readTeams(entry),
    where: reader.where(node),
  };
  return id === null || issuer === null || clientId === null ? null : { id, issuer, clientId, ...provider };
}

function readIssuer(reader: YamlReader, node: Node, key: string): TokenIssuerConfig | null {
  const members = reader.members(node, key, TOKEN_MEMBERS);
  if (!members) return null;
  const entry: Entry = { reader, node, members, key };
  refuseMissing(entry, "issuer", "such as https://login.example.com");
  refuseMissing(entry, "audience", "what the tokens must name in aud: without it, tokens for others would be taken");
  const issuer = readUrl(entry, "issuer");
  const audience = reader.text(members.get("audience"), `${key}.audience`);
  const jwksUrl = readUrl(entry, "jwks_url");
  const trustEmail = reader.flag(members.get("trust_email"), `${key}.trust_email`) ?? false;
  if (issuer === null || audience === null) return null;
  return { issuer, audience, jwksUrl, trustEmail, where: reader.where(node) };
}

function readUrl({ reader, members, key }: Entry, name: string): string | null {
  const node = members.get(name);
  const text = reader.text(node, `${key}.${name}`);
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url?.protocol === "http:" && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  const isClean = url !== null && url.search === "" && url.hash === "" && url.username === "" && url.password === "";
  if (isClean && (url.protocol === "https:" || isPlain)) return text;
  reader.refuse(
    node,
    `${key}.${name}`,
    `${quote(text)} cannot be used`,
    "an https:// address without user, query and mark; http:// on this machine only",
  );
  return null;
}

function readSecretRef({ reader, members, key }: Entry, folder: string): CredentialRef | null {
  const node = members.get("client_secret");
  const text = reader.text(node, `${key}.client_secret`);
  if (text === null) return null;
  const found = parseCredential(text, folder);
  if (found === null) reader.refuse(node, `${key}.client_secret`, "names no place", HOW_TO_GIVE_KEYS);
  return found;
}

function readScopes({ reader, members, key }: Entry): string[] {
  const node = members.get("scopes");
  const scopes = node === undefined ? null : readPatterns(reader, node, `${key}.scopes`);
  if (scopes !== null && !scopes.includes("openid"))
    reader.refuse(node, `${key}.scopes`, "leaves out openid", "without it the provider does not say who somebody is");
  return scopes ?? STANDARD_SCOPES;
}

function readProvision({ reader, members: outer, key: outerKey }: Entry): OidcProviderConfig["provision"] {
  const node = outer.get("provision");
  const key = `${outerKey}.provision`;
  const members = node === undefined ? null : reader.members(node, key, ["domains", "role"]);
  if (!node || !members) return null;
  const entry: Entry = { reader, node, members, key };
  refuseMissing(entry, "domains", "of the addresses that may come in, such as [example.com]");
  const domains = readPatterns(reader, members.get("domains"), `${key}.domains`) ?? [];
  for (const domain of domains)
    if (!DOMAIN.test(domain))
      reader.refuse(members.get("domains"), `${key}.domains`, `${quote(domain)} is no domain`, "such as example.com");
  const role = choice(entry, "role", CLAIMED_ROLES) ?? "gateway_user";
  return { domains: domains.map((domain) => domain.toLowerCase()), role };
}

function readRoles(entry: Entry): OidcProviderConfig["roles"] {
  const read = readClaim(entry, "roles");
  if (read === null) return null;
  const map = read.map.flatMap(({ value, to, node, key }): { value: string; role: ClaimedRole }[] => {
    const role = CLAIMED_ROLES.find((each) => each === to);
    if (role === undefined)
      entry.reader.refuse(node, key, `${quote(to)} is no role that a claim can give`, CLAIMED_ROLES.join(", "));
    return role === undefined ? [] : [{ value, role }];
  });
  return { claim: read.claim, map };
}

function readTeams(entry: Entry): OidcProviderConfig["teams"] {
  const read = readClaim(entry, "teams");
  return read && { claim: read.claim, map: read.map.map(({ value, to }) => ({ value, team: to })) };
}

interface Mapped {
  value: string;
  to: string;
  node: Node;
  key: string;
}

/** `{claim: groups, map: {"a group": a word}}`. */
function readClaim(
  { reader, members: outer, key: outerKey }: Entry,
  name: string,
): { claim: string; map: Mapped[] } | null {
  const node = outer.get(name);
  const key = `${outerKey}.${name}`;
  const members = node === undefined ? null : reader.members(node, key, ["claim", "map"]);
  if (!node || !members) return null;
  refuseMissing({ reader, node, members, key }, "claim", "such as groups");
  refuseMissing({ reader, node, members, key }, "map", "such as {platform: gateway_admin}");
  const claim = reader.text(members.get("claim"), `${key}.claim`);
  const map = members.get("map");
  if (map !== undefined && !isMap(map)) reader.refuse(map, `${key}.map`, "must be a map of values to words");
  if (claim === null || !isMap(map)) return null;
  const entries = [...reader.entries(map)].flatMap(([value, item]): Mapped[] => {
    const to = reader.text(item, `${key}.map.${quote(value)}`);
    return to === null ? [] : [{ value, to, node: item, key: `${key}.map` }];
  });
  return { claim, map: entries };
}
