/** Signs requests to AWS (Signature Version 4): a hash over the parts of the request that must not change on the way. */
import { createHash, createHmac } from "node:crypto";

export interface AwsRequest {
  method: string;
  /** As it is sent: the path is percent-encoded. */
  url: string;
  headers: Record<string, string>;
  /** Pieces in order. */
  body: readonly Buffer[];
  region: string;
  /** `bedrock` for everything that Bedrock serves, whatever its host is called. */
  service: string;
  credentials: AwsCredentials;
  now: Date;
}

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Comes with credentials that expire. */
  sessionToken?: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
/** Written by the signature itself; what a request brings along under these names is dropped. */
const OWN_HEADERS = new Set(["authorization", "x-amz-date", "x-amz-security-token"]);

/** The headers to send: those of the request, and the signature's own. The signature holds for about five minutes. */
export function signAwsRequest(request: AwsRequest): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = request.credentials;
  const time = request.now.toISOString().replace(/\.\d+|[:-]/g, "");
  const kept = Object.entries(request.headers).filter(([name]) => !OWN_HEADERS.has(name.toLowerCase()));
  const headers: Record<string, string> = {
    ...Object.fromEntries(kept),
    "x-amz-date": time,
    ...(sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken }),
  };
  const url = new URL(request.url);
  const signed = signedHeaders(headers, url.host);
  const names = signed.map(([name]) => name).join(";");
  const canonical = [
    request.method,
    canonicalPath(url.pathname),
    canonicalQuery(url.search.slice(1)),
    ...signed.map(([name, value]) => `${name}:${value}`),
    "",
    names,
    sha256(request.body),
  ].join("\n");
  const scope = `${time.slice(0, 8)}/${request.region}/${request.service}/aws4_request`;
  const key = scope.split("/").reduce<Buffer | string>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  const toSign = [ALGORITHM, time, scope, sha256([Buffer.from(canonical)])].join("\n");
  const signature = hmac(key, toSign).toString("hex");
  return {
    ...headers,
    authorization: `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** Only what AWS asks for: a proxy may change other headers on the way, and the signature would not hold. */
function signedHeaders(headers: Record<string, string>, host: string): [string, string][] {
  const given = Object.entries(headers).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    value.trim().replace(/ +/g, " "),
  ]);
  const wanted = given.filter(([name]) => name === "content-type" || name === "host" || name.startsWith("x-amz-"));
  if (!wanted.some(([name]) => name === "host")) wanted.push(["host", host]);
  return wanted.sort(byText);
}

/** Each segment is encoded once more than it is sent; S3 alone does without. */
function canonicalPath(pathname: string): string {
  const segments = pathname.split("/").filter((segment) => segment !== "");
  const path = `/${segments.map(encode).join("/")}`;
  return pathname.endsWith("/") && segments.length > 0 ? `${path}/` : path;
}

function canonicalQuery(query: string): string {
  if (query === "") return "";
  return query
    .split("&")
    .map((pair): [string, string] => {
      const [name = "", ...value] = pair.split("=");
      return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value.join("=")))];
    })
    .sort(byText)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** By bytes: an order by language would put capitals elsewhere. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byText = (a: [string, string], b: [string, string]): number => compare(a[0], b[0]) || compare(a[1], b[1]);

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

function sha256(pieces: readonly Buffer[]): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();
