/** What the commands for agents share: the desk of this computer, and the gateway that agents are connected to. */
import type { AgentDesk } from "../agents/desk.ts";
import type { Target } from "../agents/types.ts";
import type { SeenRequests } from "../agents/view.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import type { Context } from "./context.ts";

/** Files are written by this process, as the person who runs it, whichever gateway it is that answers. */
export async function openDesk(context: Context, { client }: Connection): Promise<AgentDesk> {
  const { world, printer, readSettings } = context;
  const [{ createAgentDesk }, { thisComputer }, settings] = await Promise.all([
    import("../agents/desk.ts"),
    import("../agents/computer.ts"),
    readSettings(),
  ]);
  const desk = createAgentDesk(thisComputer({ env: world.env, cwd: world.cwd, home: world.homeDir }), settings.dataDir);
  for (const { agent, what, unusedKeyId } of await told(desk.recover())) {
    const words = { finished: "was finished", "taken-back": "was taken back", disconnected: "was undone to the end" };
    printer.note(`${agent}: what had been broken off ${words[what]}.`);
    if (unusedKeyId !== null) await client.call("revokeKey", { params: { id: unusedKeyId } }).catch(() => {});
  }
  return desk;
}

/** A refusal in the words of the desk. @throws CliError */
export async function told<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "AgentError") throw error;
    const { code } = error as Error & { code?: string };
    throw new CliError(code === "unknown-agent" ? EXIT.notFound : EXIT.failed, error.message, { cause: error });
  }
}

/** Where agents reach the gateway. @throws CliError where it listens nowhere that an agent can be told. */
export async function addressOf(context: Context, { client, url, via }: Connection): Promise<string> {
  if (url !== null) return url;
  const status = via === "daemon" ? (await client.call("getStatus")).url : "";
  if (status !== "") return status;
  const listener = (await context.readSettings()).listeners.find(({ name }) => name === "facade");
  if (listener && listener.port !== 0) return `http://127.0.0.1:${listener.port}`;
  throw new CliError(EXIT.failed, "The gateway has no address yet. Start it with `gatewayd`, then connect the agent.");
}

export async function modelsOf({ client }: Connection): Promise<Target["models"]> {
  const { offeredModels } = await import("../agents/view.ts");
  return offeredModels(await client.call("listModels"));
}

export async function seenBy({ client }: Connection, apiKeyId: number | null): Promise<SeenRequests> {
  if (apiKeyId === null) return { firstAtUs: null, lastAtUs: null };
  const [[first], [last]] = await Promise.all([
    client.call("listExchanges", { query: { apiKeyId, afterId: 0, limit: 1 } }),
    client.call("listExchanges", { query: { apiKeyId, limit: 1 } }),
  ]);
  return { firstAtUs: first?.id ?? null, lastAtUs: last?.id ?? null };
}
