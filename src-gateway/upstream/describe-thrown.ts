import type { UpstreamFailure } from "../exchange/types.ts";

/** What undici throws, in words that may be shown. */
export function describeThrown(thrown: unknown): UpstreamFailure {
  const error = thrown as NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] };
  const code = error.code ?? error.errors?.[0]?.code ?? "";
  const detail = plainWords(code, error);
  const isConnect =
    code === "UND_ERR_CONNECT_TIMEOUT" ||
    error.syscall === "connect" ||
    error.syscall === "getaddrinfo" ||
    /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_TLS|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|ERR_INVALID_URL|UND_ERR_INVALID_ARG)/.test(
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
    default:
      return code === "" ? error.message.slice(0, 200) : code;
  }
}
