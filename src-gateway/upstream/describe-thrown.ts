import type { UpstreamFailure } from "../exchange/types.ts";

/** What undici throws, in words that may be shown. */
export function describeThrown(thrown: unknown): UpstreamFailure {
  const error = thrown as NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] };
  const code = error.code ?? error.errors?.[0]?.code ?? "";
  const detail = plainWords(code, error);
  const isConnect =
    proxyStatus(error) !== null ||
    code === "UND_ERR_CONNECT_TIMEOUT" ||
    error.syscall === "connect" ||
    error.syscall === "getaddrinfo" ||
    /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_TLS|UND_ERR_PRX|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|ERR_INVALID_URL|UND_ERR_INVALID_ARG)/.test(
      code,
    );
  return { kind: isConnect ? "connect" : "cut", detail, cause: thrown };
}

function plainWords(code: string, error: Error): string {
  switch (code) {
    case "ECONNREFUSED":
      return "the connection was refused";
    case "ENOTFOUND":
      return "its name cannot be resolved";
    case "EAI_AGAIN":
      return "name resolution does not answer";
    case "UND_ERR_CONNECT_TIMEOUT":
      return "connecting took too long";
    case "UND_ERR_PRX_TLS":
      return "the proxy's certificate is not trusted";
    default:
      return inOtherWords(code, error);
  }
}

function inOtherWords(code: string, error: Error): string {
  const status = proxyStatus(error);
  if (status !== null) {
    const why = status === "407" ? "it wants a user and a password" : `it answered ${status}`;
    return `the proxy did not let the gateway through: ${why}`;
  }
  if (UNTRUSTED.test(code))
    return `its certificate is not trusted (${code}); where a company's proxy signs, name its authority in extra_ca_file or set system_ca`;
  return code === "" ? error.message.slice(0, 200) : code;
}

const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS/;

/** The library says it in words only. */
const proxyStatus = ({ message }: Error): string | null =>
  /^Proxy response \((\d+)\)/.exec(message)?.[1] ??
  /^Proxy Authentication Required \((407)\)/.exec(message)?.[1] ??
  null;
