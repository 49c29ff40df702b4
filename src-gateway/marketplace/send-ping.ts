/** The one request that this folder makes. Its every byte is shown in docs/privacy.md, and held to that by a test. */
import http from "node:http";
import https from "node:https";
import type { Ping } from "./types.ts";

const PATH = "/api/v1/gateway/ping";
const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 256 * 1024;

/** @returns the JSON of the answer. @throws Error in words that can be shown. */
export async function sendPing(baseUrl: string, ping: Ping, signal: AbortSignal): Promise<unknown> {
  const { install_id, gateway_version, platform, database_type } = ping;
  const body = Buffer.from(JSON.stringify({ install_id, gateway_version, platform, database_type }));
  const url = new URL(baseUrl + PATH);
  const { request } = url.protocol === "https:" ? https : http;
  const text = await new Promise<string>((resolve, reject) => {
    const call = request(url, {
      method: "POST",
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: { "Content-Type": "application/json", "Content-Length": body.length },
    });
    call.once("error", reject);
    call.once("response", (response) => {
      const { statusCode = 0 } = response;
      // Nobody is followed elsewhere: only this address was agreed to.
      if (statusCode !== 200 && statusCode !== 201) {
        response.resume();
        reject(new Error(`it answered with status ${statusCode}`));
        return;
      }
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        length += chunk.length;
        chunks.push(chunk);
        if (length > MAX_ANSWER_BYTES) call.destroy(new Error("its answer is too long"));
      });
      response.once("error", reject);
      response.once("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    });
    call.end(body);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("its answer is no JSON");
  }
}

const SYSTEMS: Readonly<Record<string, string>> = { win32: "windows" };
const PROCESSORS: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/** As the earlier gateway spelled it. */
export const platformName = (system: string, processor: string): string =>
  `${SYSTEMS[system] ?? system}/${PROCESSORS[processor] ?? processor}`;
