/** The key that a client shows. Clients mix the vendors' header forms, so every form is taken on every path. Pure. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface PresentedCredential {
  token: string;
  from: "authorization" | "x-api-key" | "x-goog-api-key" | "query";
}

export function readCredential(headers: Headers, query: URLSearchParams): PresentedCredential | null {
  const found: PresentedCredential[] = [];
  const bearer = /^\s*bearer[ \t]+(\S+)\s*$/i.exec(one(headers["authorization"]) ?? "")?.[1];
  if (bearer) found.push({ token: bearer, from: "authorization" });
  for (const name of ["x-api-key", "x-goog-api-key"] as const) {
    const token = one(headers[name])?.trim();
    if (token) found.push({ token, from: name });
  }
  const inQuery = query.get("key");
  if (inQuery) found.push({ token: inQuery, from: "query" });
  // A client may send a left-over vendor key beside ours.
  return found.find(({ token }) => token.startsWith("tok_")) ?? found[0] ?? null;
}

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
