import type { Picture } from "./talk.ts";

/** More than this no provider takes. */
const MAX_BYTES = 10_000_000;

/** Null for what is no picture, or too large. */
export async function readPicture(file: File): Promise<Picture | null> {
  if (!/^image\/(?:png|jpeg|gif|webp)$/.test(file.type) || file.size > MAX_BYTES) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let start = 0; start < bytes.length; start += 8_192)
    binary += String.fromCharCode(...bytes.subarray(start, start + 8_192));
  return { name: file.name, mime: file.type, data: btoa(binary) };
}
