import { parseCredential } from "./credential-ref.ts";
import type { Layers } from "./layers.ts";
import { readTextNow } from "./read-text.ts";
import type { Places, TypedValues } from "./typed-values.ts";
import { expandPath } from "./typed-values.ts";
import { SettingsError } from "./types.ts";

/** Stood in the earlier gateway's public source, so it protects nothing. */
const KNOWN_SECRET = "tokligence-dev-secret";
const MIN_LENGTH = 32;

/** The operator's secret, or the one at the place it names; null when none is set. */
export function authSecretOf(
  layers: Layers,
  values: TypedValues,
  env: Readonly<Record<string, string | undefined>>,
  places: Places,
): string | null {
  const text = values.text("auth_secret");
  if (text === null) return null;
  const refuse = (problem: string, hint: string): null => {
    layers.problems.push({ where: values.where("auth_secret"), key: "auth_secret", problem, hint });
    return null;
  };
  const reference = parseCredential(text, places.cwd);
  let secret = text;
  if (reference?.source === "env") secret = env[reference.name]?.trim() ?? "";
  else if (reference?.source === "file") {
    try {
      secret = readTextNow(expandPath(reference.path, places)).trim();
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      return refuse("its file cannot be read", error.problems[0]?.problem ?? "");
    }
  } else if (reference) return refuse("cannot come from the keychain", "write env:NAME or file:PATH");
  if (secret === KNOWN_SECRET)
    return refuse("this value is publicly known", "leave it out, and the gateway makes its own");
  if (secret.length < MIN_LENGTH)
    return refuse(`is shorter than ${MIN_LENGTH} characters`, "for example: openssl rand -base64 32");
  return secret;
}
