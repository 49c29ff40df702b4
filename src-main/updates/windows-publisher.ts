/** Whether Windows finds an installer signed by who published this app. Where that cannot be found out, it is refused. */
import { execFile } from "node:child_process";

const PATIENCE_MS = 30_000;
/** What PowerShell calls a signature that holds. */
const VALID = 0;

/** Runs a script of PowerShell, and gives what it prints. */
type Ask = (script: string) => Promise<string>;

/** @returns why it is refused; null when it is not. */
export async function publisherProblem(
  publishers: readonly string[],
  path: string,
  ask: Ask = askPowerShell,
): Promise<string | null> {
  try {
    return judge(await ask(scriptFor(path)), publishers);
  } catch (error) {
    return `the signature could not be read: ${(error as Error).message.slice(0, 200)}`;
  }
}

/** The path stands there as letters and digits: as it is, it could be read as a part of the script. */
const scriptFor = (path: string): string =>
  [
    // Another version's modules on this path keep PowerShell from loading its own.
    '$env:PSModulePath = "$PSHOME\\Modules";',
    `$path = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('${Buffer.from(path).toString("base64")}'));`,
    "$found = Get-AuthenticodeSignature -LiteralPath $path;",
    "@{ status = [int]$found.Status; subject = $found.SignerCertificate.Subject } | ConvertTo-Json -Compress",
  ].join(" ");

function judge(answer: string, publishers: readonly string[]): string | null {
  const { status, subject } = JSON.parse(answer) as { status?: unknown; subject?: unknown };
  if (status !== VALID || typeof subject !== "string") return `its signature does not hold (${String(status)})`;
  const found = readName(subject);
  return publishers.some((publisher) => isNamed(readName(publisher), publisher, found))
    ? null
    : "it is signed by somebody else";
}

function isNamed(wanted: ReadonlyMap<string, string>, whole: string, found: ReadonlyMap<string, string>): boolean {
  if (wanted.size === 0) return found.get("CN") === whole;
  return [...wanted].every(([key, value]) => found.get(key) === value);
}

/** `CN="A, B", O=C`; empty for a bare name. */
function readName(text: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const [, key = "", quoted, bare] of text.matchAll(/(?:^|,)\s*([A-Za-z.0-9]+)=(?:"((?:[^"]|"")*)"|([^,]*))/g))
    parts.set(key.toUpperCase(), (quoted?.replaceAll('""', '"') ?? bare ?? "").trim());
  return parts;
}

function askPowerShell(script: string): Promise<string> {
  const args = ["-NoProfile", "-NonInteractive", "-InputFormat", "None", "-Command", script];
  return new Promise((resolve, reject) => {
    execFile("powershell.exe", args, { timeout: PATIENCE_MS, windowsHide: true }, (error, answer) =>
      error ? reject(error) : resolve(answer),
    );
  });
}
