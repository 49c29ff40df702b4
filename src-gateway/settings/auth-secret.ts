import { readSecret, type SecretSource } from "./read-secret.ts";

/** Stood in the earlier gateway's public source, so it protects nothing. */
const KNOWN_SECRET = "tokligence-dev-secret";
const MIN_LENGTH = 32;

/** The operator's secret, or the one at the place it names; null when none is set. */
export function authSecretOf(source: SecretSource): string | null {
  const { layers, values } = source;
  const refuse = (problem: string, hint: string): null => {
    layers.problems.push({ where: values.where("auth_secret"), key: "auth_secret", problem, hint });
    return null;
  };
  const secret = readSecret(source, "auth_secret");
  if (secret === null) return null;
  if (secret === KNOWN_SECRET)
    return refuse("this value is publicly known", "leave it out, and the gateway makes its own");
  if (secret.length < MIN_LENGTH)
    return refuse(`is shorter than ${MIN_LENGTH} characters`, "for example: openssl rand -base64 32");
  return secret;
}
