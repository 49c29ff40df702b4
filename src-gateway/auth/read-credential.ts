/** The key that a client shows. Clients mix the vendors' header forms, so every form is taken on every path. Pure. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface PresentedCredential {
  token: string;
  from: "authorization" | "x-api-key" | "x-goog-api-key" | "query";
}

export function readCredential(headers: Headers, query: URLSearchParams): PresentedCredential | null {
  let first: PresentedCredential | null = null;
  for (const from of PLACES) {
    const token = tokenFrom(from, headers, query);
    if (!token) continue;
    // A client may send a left-over vendor key beside ours.
    if (token.startsWith("tok_")) return { token, from };
    first ??= { token, from };
  }
  return first;
}

/** In the order in which they count. */
const PLACES = ["authorization", "x-api-key", "x-goog-api-key", "query"] as const;

function tokenFrom(from: PresentedCredential["from"], headers: Headers, query: URLSearchParams): string | undefined {
  if (from === "query") return query.get("key") ?? undefined;
  const value = one(headers[from]);
  if (from !== "authorization" || value === undefined) return value?.trim();
  return /^\s*bearer[ \t]+(\S+)\s*$/i.exec(value)?.[1];
}

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
