import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../../support/nginx.ts";
import { startProgram } from "../processes.ts";
import { type Place, PROVIDER_SECRET, type System } from "../systems.ts";

const ANSWER_LIMIT_MS = 20_000;
const PASSWORD = "bench-password";
const PREFIX = "mock";

/**
 * With a client key and its usage store, as it comes. Started is the server that its command starts, with the same options,
 * and not the command: that one asks the network for updates and kills each process of the machine whose name is like its
 * own. The server has parts, too, that fetch and start and end programs; so it is kept to loopback, whichever of them run.
 *
 * @throws Error with what it said instead, when it does not start or takes no configuration.
 */
export async function startNineRouter(folder: string, { providerPort, folder: places }: Place): Promise<System> {
  const port = await freePort();
  const home = mkdtempSync(join(places, "nine-router-"));
  const preload = join(import.meta.dirname, "loopback-only.ts");
  const options = ["--import", preload, "--dns-result-order=ipv4first", "--max-old-space-size=6144"];
  const script = join(folder, "node_modules/9router/app/custom-server.js");
  const env = {
    PORT: String(port),
    HOSTNAME: "127.0.0.1",
    DATA_DIR: join(home, "data"),
    INITIAL_PASSWORD: PASSWORD,
    MODEL_CATALOG_SYNC: "off",
  };
  const started = { ready: /Ready in/, cwd: home, env };
  const { pid, stop } = await startProgram(process.execPath, [...options, script], started);
  try {
    const key = await configure(`http://127.0.0.1:${port}`, `http://127.0.0.1:${providerPort}/v1`);
    const headers = (): Record<string, string> => ({ authorization: `Bearer ${key}` });
    return { name: "9router", port, pid, modelPrefix: `${PREFIX}/`, headers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * What its web page does for those who sign in: a provider of their own, with its key, and a key for a client.
 * @returns the client's key.
 */
async function configure(base: string, providerUrl: string): Promise<string> {
  let cookie = "";
  const post = async (path: string, body: object): Promise<{ key?: string; node?: { id: string } }> => {
    const headers = { "content-type": "application/json", cookie };
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const response = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(body), signal });
    const text = await response.text();
    if (!response.ok) throw new Error(`9router answered ${path} with ${response.status}: ${text.slice(0, 500)}`);
    cookie ||= response.headers
      .getSetCookie()
      .map((each) => each.split(";", 1)[0])
      .join("; ");
    return JSON.parse(text) as { key?: string; node?: { id: string } };
  };
  await post("/api/auth/login", { password: PASSWORD });
  const own = { name: PREFIX, prefix: PREFIX, type: "openai-compatible", apiType: "chat", baseUrl: providerUrl };
  const { node } = await post("/api/provider-nodes", own);
  await post("/api/providers", { provider: node?.id, name: PREFIX, apiKey: PROVIDER_SECRET });
  const { key } = await post("/api/keys", { name: "bench" });
  if (key === undefined) throw new Error("9router gave no client key.");
  return key;
}
