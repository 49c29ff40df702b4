/** Bytes inside JSON: `data:` addresses, and names for files that came without one. */

export interface InlineBytes {
  data: string;
  mime: string;
}

/** Null for every address that is no `data:` address. */
export function readDataUrl(url: string): InlineBytes | null {
  const base64 = /^data:([^;,]*)(?:;[^;,]*)*?;base64,/i.exec(url);
  if (base64) return { data: url.slice(base64[0].length), mime: base64[1] || "text/plain" };
  const text = /^data:([^;,]*)(?:;[^,]*)?,/i.exec(url);
  if (!text) return null;
  try {
    const bytes = Buffer.from(decodeURIComponent(url.slice(text[0].length)));
    return { data: bytes.toString("base64"), mime: text[1] || "text/plain" };
  } catch {
    return null;
  }
}

export const blobToDataUrl = ({ data, mime }: InlineBytes): string => `data:${mime};base64,${data}`;

const ENDINGS: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "text/plain": "txt",
  "text/markdown": "md",
  "text/csv": "csv",
  "text/html": "html",
  "application/json": "json",
};

/** The API tells the kind of a file from the ending of its name. */
export function fileName(title: string | undefined, mime: string): string {
  const name = title ?? "document";
  return /\.[a-zA-Z0-9]{1,8}$/.test(name) ? name : `${name}.${ENDINGS[mime] ?? "pdf"}`;
}
