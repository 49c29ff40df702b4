import { parseCredential } from "./credential-ref.ts";
import type { Layers } from "./layers.ts";
import { readTextNow } from "./read-text.ts";
import { expandPath, type Places, type TypedValues } from "./typed-values.ts";
import { SettingsError } from "./types.ts";

export interface SecretSource {
  layers: Layers;
  values: TypedValues;
  env: Readonly<Record<string, string | undefined>>;
  places: Places;
}

/** A secret of our own, given itself or as the place where it is; null when there is none, or the place cannot be read. */
export function readSecret({ layers, values, env, places }: SecretSource, key: string): string | null {
  const text = values.text(key);
  if (text === null) return null;
  const refuse = (problem: string, hint: string): null => {
    layers.problems.push({ where: values.where(key), key, problem, hint });
    return null;
  };
  const reference = parseCredential(text, places.cwd);
  if (!reference) return text;
  if (reference.source === "env") return env[reference.name]?.trim() ?? "";
  if (reference.source !== "file") return refuse("cannot come from the keychain", "write env:NAME or file:PATH");
  try {
    return readTextNow(expandPath(reference.path, places)).trim();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return refuse("its file cannot be read", error.problems[0]?.problem ?? "");
  }
}
