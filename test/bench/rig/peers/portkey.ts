import { join } from "node:path";
import { freePort } from "../../../support/nginx.ts";
import { startProgram } from "../processes.ts";
import { type Place, PROVIDER_SECRET, type System } from "../systems.ts";

/** It asks for no key of its own and keeps no books: what its client sends is the provider's key. */
export async function startPortkey(folder: string, { providerPort, folder: home }: Place): Promise<System> {
  const port = await freePort();
  const script = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
  const args = [script, `--port=${port}`, "--headless"];
  const { pid, stop } = await startProgram(process.execPath, args, { ready: /ready|running|localhost/i, cwd: home });
  return {
    name: "Portkey",
    port,
    pid,
    headers: () => ({
      authorization: `Bearer ${PROVIDER_SECRET}`,
      "x-portkey-provider": "openai",
      "x-portkey-custom-host": `http://127.0.0.1:${providerPort}/v1`,
    }),
    stop,
  };
}
