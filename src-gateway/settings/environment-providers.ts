/** Providers that appear without any file, because their usual environment variable is set. */
import { baseUrlProblem, withoutSlash } from "./base-url.ts";
import { type ProviderConfig, SettingsError } from "./types.ts";

/** What is needed of a row of the catalogue. */
interface EnvironmentRow {
  id: string;
  /** First one that is set wins. */
  credentialEnv: readonly string[];
  baseUrlEnv: readonly string[];
  needsCredential: boolean;
  /** Base URL per wire; tells the port that an address without one means. */
  protocols?: Readonly<Partial<Record<string, string>>>;
}

/** @throws SettingsError when a variable that would be used holds no address. */
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
        ...(urlName === undefined ? {} : { baseUrl: readUrl(urlName, env[urlName] ?? "", row) }),
        where: `env ${mark}`,
      },
    ];
  });
}

function readUrl(name: string, text: string, row: EnvironmentRow): string {
  const url = asUrl(text.trim(), row);
  const refusal = baseUrlProblem(url);
  if (refusal) throw new SettingsError([{ where: `env ${name}`, key: `${row.id}.base_url`, ...refusal }]);
  return withoutSlash(url);
}

/**
 * `OLLAMA_HOST` is written for the server: often `host`, `host:port` or `:port` without a scheme, and `0.0.0.0` means
 * "everywhere" to a server, but nothing to a client.
 */
function asUrl(text: string, row: EnvironmentRow): string {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  let url = hasScheme ? text : `http://${text.startsWith(":") ? "127.0.0.1" : ""}${text}`;
  url = url.replace(/^(https?:\/\/)(?:0\.0\.0\.0|\[::\])(?=[:/]|$)/i, "$1127.0.0.1");
  const standard = Object.values(row.protocols ?? {})[0];
  const port = standard !== undefined && URL.canParse(standard) ? new URL(standard).port : "";
  if (hasScheme || port === "" || !URL.canParse(url)) return url;
  return url.replace(/^(http:\/\/(?:\[[^\]]*\]|[^:/]+))(?=\/|$)/, `$1:${port}`);
}
