import type { Blob } from "../ir/part.ts";

/** A `data:` address as the bytes that it holds; every other address as it is. */
export function blobFromUrl(url: string): Blob {
  const match = /^data:([^;,]*)(?:;[^,]*)?,/.exec(url);
  if (!match) return { url };
  return { data: url.slice(match[0].length), mime: match[1] || "text/plain" };
}
