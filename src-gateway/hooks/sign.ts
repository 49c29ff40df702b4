import { createHmac } from "node:crypto";

const PREFIX = "whsec_";
const MIN_BYTES = 16;
const MAX_BYTES = 128;

/** The key in a secret of the form `whsec_` and base64. @throws Error that does not repeat it. */
export function signingKey(secret: string): Buffer {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  const key = Buffer.from(text, "base64");
  // Decoding skips what is no base64, and would sign with something shorter than was meant.
  const isExact = key.toString("base64").replace(/=+$/, "") === text.replace(/=+$/, "");
  if (!isExact || key.length < MIN_BYTES || key.length > MAX_BYTES)
    throw new Error(`its secret is not ${PREFIX} and ${MIN_BYTES} to ${MAX_BYTES} bytes in base64`);
  return key;
}

/** The three headers of the Standard Webhooks scheme, with one signature for each secret. */
export function signedHeaders(
  message: { id: string; body: string },
  secrets: readonly string[],
  atMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const signatures = secrets.map((secret) => {
    const text = `${message.id}.${timestamp}.${message.body}`;
    return `v1,${createHmac("sha256", signingKey(secret)).update(text).digest("base64")}`;
  });
  return {
    "webhook-id": message.id,
    "webhook-timestamp": timestamp,
    ...(signatures.length > 0 ? { "webhook-signature": signatures.join(" ") } : {}),
  };
}
