/** Providers that appear without any file, because their usual environment variable is set. */
import type { ProviderConfig } from "./types.ts";

export interface EnvironmentRow {
  id: string;
  /** First one that is set wins. */
  credentialEnv: readonly string[];
  baseUrlEnv: readonly string[];
  needsCredential: boolean;
}

export function providersFromEnvironment(
  rows: readonly EnvironmentRow[],
  env: Readonly<Record<string, string | undefined>>,
): ProviderConfig[] {
  const isSet = (name: string): boolean => (env[name] ?? "").trim() !== "";
  return rows.flatMap((row): ProviderConfig[] => {
    const keyName = row.credentialEnv.find(isSet);
    const urlName = row.baseUrlEnv.find(isSet);
    // A base URL alone names a provider only where no key is needed, as with a local server.
    const mark = keyName ?? (row.needsCredential ? undefined : urlName);
    if (mark === undefined) return [];
    return [
      {
        id: row.id,
        kind: row.id,
        ...(keyName === undefined ? {} : { credential: { source: "env" as const, name: keyName } }),
        ...(urlName === undefined ? {} : { baseUrl: asUrl(env[urlName] ?? "") }),
        where: `env ${mark}`,
      },
    ];
  });
}

/** `OLLAMA_HOST` is often `host:port` without a scheme, and `0.0.0.0` means "everywhere" to the server, not to a client. */
function asUrl(text: string): string {
  const url = /^https?:\/\//i.test(text.trim()) ? text.trim() : `http://${text.trim()}`;
  return url.replace(/\/\/0\.0\.0\.0(?=[:/]|$)/, "//127.0.0.1").replace(/\/+$/, "");
}
