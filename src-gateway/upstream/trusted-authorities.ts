/** Who may vouch for a provider's certificate, where that is more than the well-known authorities. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import tls from "node:tls";
import type { Logger } from "../lib/logger.ts";
import type { NetworkSettings } from "../settings/network-settings.ts";
import { SettingsError } from "../settings/types.ts";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Null where the well-known ones are all. @throws SettingsError when the file that the operator named cannot be used. */
export function trustedAuthorities(
  { caFile, nodeCaFile, useSystemCa }: Pick<NetworkSettings, "caFile" | "nodeCaFile" | "useSystemCa">,
  log: Pick<Logger, "warn">,
): tls.SecureContext | null {
  const more: string[] = [];
  if (caFile !== null) more.push(...certificatesIn(caFile));
  if (nodeCaFile !== null) {
    // Node reads it by itself when it starts; Electron may not. As with Node, a bad one is only said.
    try {
      more.push(...certificatesIn(nodeCaFile));
    } catch (error) {
      log.warn({ problem: (error as Error).message }, "NODE_EXTRA_CA_CERTS cannot be used");
    }
  }
  if (useSystemCa) more.push(...systemAuthorities(log));
  if (more.length === 0) return null;
  return tls.createSecureContext({ ca: [...new Set([...wellKnown(), ...more])] });
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
