/** Who may vouch for a provider's certificate, where that is more than the well-known authorities. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import tls from "node:tls";
import type { Logger } from "../lib/logger.ts";
import type { NetworkSettings } from "../settings/network-settings.ts";
import { SettingsError } from "../settings/types.ts";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Asked when the first call over TLS is made; null where the well-known authorities are all. */
export type Trust = () => tls.SecureContext | null;

/**
 * The file that the operator named is read at once. The rest can be some hundred certificates, which take a start tens of
 * milliseconds and are of no use to a gateway that calls nobody over TLS: they are read when they are first asked for.
 * @throws SettingsError when the file that the operator named cannot be used.
 */
export function trustedAuthorities(
  { caFile, nodeCaFile, useSystemCa }: Pick<NetworkSettings, "caFile" | "nodeCaFile" | "useSystemCa">,
  log: Pick<Logger, "warn">,
): Trust {
  const named = caFile === null ? [] : certificatesIn(caFile);
  let context: tls.SecureContext | null | undefined;
  return () => {
    if (context !== undefined) return context;
    const more = [...named, ...certificatesOfNode(nodeCaFile, log), ...(useSystemCa ? systemAuthorities(log) : [])];
    context = more.length === 0 ? null : tls.createSecureContext({ ca: [...new Set([...wellKnown(), ...more])] });
    return context;
  };
}

/** Node reads them by itself; Electron may not. As with Node, a file that cannot be used is only said. */
function certificatesOfNode(path: string | null, log: Pick<Logger, "warn">): readonly string[] {
  if (path === null) return [];
  try {
    return certificatesIn(path);
  } catch (error) {
    log.warn({ problem: (error as Error).message }, "NODE_EXTRA_CA_CERTS cannot be used");
    return [];
  }
}

const wellKnown = (): readonly string[] =>
  typeof tls.getCACertificates === "function" ? tls.getCACertificates("default") : tls.rootCertificates;

function systemAuthorities(log: Pick<Logger, "warn">): readonly string[] {
  try {
    return tls.getCACertificates("system");
  } catch (error) {
    log.warn({ problem: (error as Error).message }, "the authorities of the operating system cannot be read");
    return [];
  }
}

function certificatesIn(path: string): string[] {
  const refuse = (problem: string): SettingsError =>
    new SettingsError([{ where: path, key: "extra_ca_file", problem, hint: "one or more certificates in PEM" }]);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw refuse(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const found = text.match(CERTIFICATE) ?? [];
  if (found.length === 0) throw refuse("holds no certificate");
  try {
    return found.map((pem) => new X509Certificate(pem).toString());
  } catch {
    throw refuse("holds a certificate that cannot be read");
  }
}
