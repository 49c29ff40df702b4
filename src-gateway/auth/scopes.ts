/** What a key may be used for. Scopes of one kind widen each other; a key without any of a kind is not bound in that way. */
import { GatewayError } from "../ir/errors.ts";
import { SURFACES, type Surface } from "../ir/protocol.ts";
import { fits, fitsAnyCase } from "../lib/patterns.ts";
import { isAgentScope } from "./key-agent.ts";
import { isAdminScope } from "./rights.ts";

/** Words for several surfaces at once; the name of each surface is a word, too. */
const GROUPS: Readonly<Record<string, readonly Surface[]>> = {
  messages: ["messages", "messages-count-tokens"],
  gemini: ["gemini", "gemini-count-tokens"],
  embeddings: ["embeddings", "gemini-embeddings"],
  audio: ["audio-speech", "audio-transcription", "audio-translation"],
};

/** The forms that a scope can have, for messages and for the documentation. */
const SCOPE_FORMS: readonly { form: string; what: string }[] = [
  { form: "chat, messages, responses, gemini, embeddings, images, audio … or surface:PATTERN", what: "surfaces" },
  { form: "model:PATTERN", what: "models that may be asked for" },
  { form: "provider:PATTERN", what: "providers that a client may choose" },
  { form: "priority:0 … priority:9", what: "the best priority" },
  { form: "team:NAME", what: "the team for routes and budgets" },
  { form: "agent:NAME", what: "the agent that it was made for" },
  { form: "admin:NOUN:VERB, admin:NOUN, admin:*, admin:none", what: "rights on the admin API" },
];

const MAX_SCOPES = 50;
const MAX_LENGTH = 100;

/** As they are kept. @throws GatewayError invalid_request that lists the forms. */
export function checkScopes(scopes: readonly string[]): string[] {
  const kept = [...new Set(scopes.map((scope) => scope.trim()).filter((scope) => scope !== ""))];
  const unknown = kept.find((scope) => scope.length > MAX_LENGTH || !isScope(scope));
  if (unknown !== undefined || kept.length > MAX_SCOPES) {
    const what =
      unknown === undefined
        ? `A key has ${MAX_SCOPES} scopes at most.`
        : `"${unknown.slice(0, MAX_LENGTH)}" is no scope.`;
    const forms = SCOPE_FORMS.map(({ form, what: means }) => `${form} (${means})`).join("; ");
    throw new GatewayError("invalid_request", `${what} Scopes are: ${forms}.`, { param: "scopes" });
  }
  return kept;
}

function isScope(scope: string): boolean {
  if (surfacePattern(scope) !== null) return true;
  const [kind, rest] = split(scope);
  if (rest === "" || /\s$|^\s|\p{Cc}/u.test(rest)) return false;
  if (kind === "model" || kind === "provider" || kind === "team") return true;
  if (kind === "agent") return isAgentScope(scope);
  if (kind === "priority") return /^[0-9]$/.test(rest);
  return kind === "admin" && isAdminScope(scope);
}

const split = (scope: string): [string, string] => {
  const at = scope.indexOf(":");
  return at < 0 ? [scope, ""] : [scope.slice(0, at), scope.slice(at + 1)];
};

/** The surfaces that a scope speaks of; null for a scope of another kind, and where it fits none. */
function surfacePattern(scope: string): readonly Surface[] | null {
  const [kind, rest] = split(scope);
  const word = kind === "surface" ? rest : scope;
  const found =
    GROUPS[word] ??
    (kind === "surface" ? SURFACES.filter((each) => fits(word, each)) : SURFACES.filter((each) => each === word));
  return found.length === 0 ? null : found;
}

const rests = (scopes: readonly string[], kind: string): string[] =>
  scopes.filter((scope) => scope.startsWith(`${kind}:`)).map((scope) => scope.slice(kind.length + 1));

/** It was made for some requests only. */
const bindsRequests = (scopes: readonly string[]): boolean =>
  scopes.some((scope) => /^(?:model|provider):/.test(scope) || surfacePattern(scope) !== null);

const grantsAdmin = (scopes: readonly string[]): boolean =>
  scopes.some((scope) => scope.startsWith("admin:") && scope !== "admin:none");

/**
 * A key for some requests only is no administrator's, whoever holds it: it could make itself another one without bounds. One
 * that names rights has those that it names.
 */
export const isForRequestsOnly = (scopes: readonly string[]): boolean => bindsRequests(scopes) && !grantsAdmin(scopes);

/** @throws GatewayError forbidden */
export function requireSurface(scopes: readonly string[], surface: Surface): void {
  if (scopes.length === 0) return;
  if (grantsAdmin(scopes) && !bindsRequests(scopes))
    throw new GatewayError("forbidden", "This key is for the admin API only. Use another one to ask models.");
  const granted = scopes.flatMap((scope) => surfacePattern(scope) ?? []);
  if (granted.length === 0 || granted.includes(surface)) return;
  throw new GatewayError(
    "forbidden",
    `This key may not be used for ${surface}, only for ${[...new Set(granted)].join(", ")}. Ask whoever made it.`,
  );
}

/** @param model null where the request names none. @throws GatewayError forbidden */
export function requireModel(scopes: readonly string[], model: string | null): void {
  if (scopes.length === 0) return;
  const patterns = rests(scopes, "model");
  if (patterns.length === 0) return;
  const allowed = `only for ${patterns.join(", ")}`;
  if (model === null)
    throw new GatewayError(
      "forbidden",
      `This key may be used for some models only, and this request names none (${allowed}).`,
    );
  if (mayAskFor(scopes, model)) return;
  throw new GatewayError(
    "forbidden",
    `This key may not be used for the model "${model.slice(0, 100)}", ${allowed}. Ask whoever made it.`,
  );
}

export function mayAskFor(scopes: readonly string[], model: string): boolean {
  const patterns = rests(scopes, "model");
  // A client may put the provider in front of it.
  const bare = model.slice(model.indexOf("/") + 1);
  return patterns.length === 0 || patterns.some((each) => fitsAnyCase(each, model) || fitsAnyCase(each, bare));
}
