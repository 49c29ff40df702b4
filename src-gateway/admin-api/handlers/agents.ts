/**
 * Agents' settings lie in the home folder of the person in front of the computer. So these endpoints answer only those who
 * are there: over the control socket, or, in the desktop app alone, from a browser of the same computer.
 */
import type { IncomingMessage } from "node:http";
import { AgentError } from "../../agents/agent-error.ts";
import type { AgentDesk, KeyMint } from "../../agents/desk.ts";
import type { Target } from "../../agents/types.ts";
import { agentView, keyScopes, NEVER, offeredModels, type SeenRequests, undoneFiles } from "../../agents/view.ts";
import { GatewayError } from "../../ir/errors.ts";
import type { Caller } from "../caller.ts";
import type { AgentView } from "../contract/agent-schemas.ts";
import type { AdminDeps } from "../deps.ts";
import type { HandlerInput, Handlers } from "./types.ts";

type Asked = Pick<HandlerInput<"listAgents">, "deps" | "caller" | "request" | "record"> & {
  params: Record<string, string>;
};

export const agentHandlers: Pick<
  Handlers,
  "listAgents" | "planAgent" | "connectAgent" | "repairAgent" | "disconnectAgent"
> = {
  async listAgents(asked) {
    const desk = await deskFor(asked);
    return Promise.all((await desk.list()).map((state) => view(asked.deps, state)));
  },
  async planAgent(asked) {
    const desk = await deskFor(asked);
    return explained(async () => {
      const { recipe, ...plan } = await desk.plan(idOf(asked), {
        ...(await targetOf(asked, desk, asked.body.model)),
        token: "not made yet",
      });
      return { id: recipe.id, title: recipe.title, ...plan };
    });
  },
  connectAgent: (asked) => connect(asked, asked.body.model),
  async repairAgent(asked) {
    const { journal } = await explained(async () => (await deskFor(asked)).state(idOf(asked)));
    if (journal === null)
      throw new GatewayError("conflict", "This agent is not connected, so there is nothing to repair.");
    return connect(asked, journal.model ?? undefined);
  },
  async disconnectAgent(asked) {
    const { deps, body, record } = asked;
    const desk = await deskFor(asked);
    const { keepHistory = false, keepKey = false } = body;
    const done = await explained(() => desk.disconnect(idOf(asked), { keepHistory }));
    if (done === null) throw new GatewayError("conflict", "This agent is not connected.");
    const revokedKeyId = keepKey ? null : await revoke(deps, done.apiKeyId);
    const agent = await view(deps, await desk.state(idOf(asked)));
    await record({ action: "agent.disconnect", target: targetOfAct(agent), before: null, after: { revokedKeyId } });
    return { agent, files: undoneFiles(done.files), revokedKeyId };
  },
};

async function connect(asked: Asked, model: string | undefined) {
  const { deps, record } = asked;
  const desk = await deskFor(asked);
  return explained(async () => {
    const id = idOf(asked);
    let token: string | null = null;
    const target = await targetOf(asked, desk, model);
    const { replacedKeyId } = await desk.connect(id, target, async (known) => {
      const key = known ?? (await mint(asked, id));
      token = key.token;
      return key;
    });
    await revoke(deps, replacedKeyId);
    const agent = await view(deps, await desk.state(id));
    const { baseUrl, files, apiKeyId } = agent;
    await record({
      action: "agent.connect",
      target: targetOfAct(agent),
      before: null,
      after: { baseUrl, files, apiKeyId },
    });
    return { agent, token: desk.recipe(id).keyByHand === true ? token : null };
  });
}

const idOf = ({ params }: Pick<Asked, "params">): string => params["id"] ?? "";
const targetOfAct = ({ id, title }: AgentView) => ({ kind: "agent", id, name: title });

async function mint({ deps, caller }: Asked, agent: string): Promise<KeyMint> {
  const userId = caller?.userId ?? deps.root.id;
  const { key, token } = await deps.apiKeys.create({ userId, name: agent, scopes: keyScopes(agent) });
  await deps.keyRing.reload();
  return { id: key.id, token };
}

async function revoke(deps: AdminDeps, id: number | null): Promise<number | null> {
  if (id === null || (await deps.apiKeys.find(id)) === null) return null;
  await deps.apiKeys.revoke(id);
  await deps.keyRing.reload();
  return id;
}

async function targetOf({ deps }: Asked, desk: AgentDesk, model: string | undefined): Promise<Omit<Target, "token">> {
  const { url } = deps.status();
  if (url === "") throw new GatewayError("conflict", "No gateway listens, so there is no address to give to an agent.");
  const models = offeredModels(await deps.models());
  return { baseUrl: url, model: model ?? null, models };
}

async function view(deps: AdminDeps, state: Awaited<ReturnType<AgentDesk["state"]>>): Promise<AgentView> {
  const { url } = deps.status();
  return agentView(state, await seen(deps, state.journal?.apiKeyId ?? null), url === "" ? null : url);
}

async function seen({ requestLog }: AdminDeps, apiKeyId: number | null): Promise<SeenRequests> {
  if (apiKeyId === null) return NEVER;
  const [[first], [last]] = await Promise.all([
    requestLog.list({ apiKeyId, afterId: 0, limit: 1 }),
    requestLog.list({ apiKeyId, limit: 1 }),
  ]);
  return { firstAtUs: first?.id ?? null, lastAtUs: last?.id ?? null };
}

/** @throws GatewayError forbidden */
async function deskFor({ deps, caller, request }: Pick<Asked, "deps" | "caller" | "request">): Promise<AgentDesk> {
  if (caller?.isLocal === true || (deps.agents.isDesktop && isAtThisComputer(caller, request)))
    return deps.agents.desk();
  throw new GatewayError(
    "forbidden",
    "Agents are connected on the computer that they are on. Run `gateway connect` there, with --url for a gateway elsewhere, or use the desktop app.",
  );
}

/** A proxy on this computer would stand for anybody: it gives itself away by what it adds. */
function isAtThisComputer(caller: Caller | null, { socket, headers }: IncomingMessage): boolean {
  const isLoopback = /^(?:127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? "");
  const isForwarded = Object.keys(headers).some(
    (name) => name === "forwarded" || name === "via" || name.startsWith("x-forwarded-") || name === "x-real-ip",
  );
  const isNamedLoopback = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(headers.host ?? "");
  return isLoopback && !isForwarded && isNamedLoopback && caller?.role === "root_admin";
}

/** Refusals of the desk are answers, not failures. */
export async function explained<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    if (error.code === "unknown-agent") throw new GatewayError("not_found", error.message);
    throw new GatewayError(error.code === "needs-model" ? "invalid_request" : "conflict", error.message);
  }
}
