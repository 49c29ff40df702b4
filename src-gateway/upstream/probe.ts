/** Is this provider there, does it take our key, does it have models? For `gateway doctor` and the console. */
import { GatewayError } from "../ir/errors.ts";
import type { ProviderWire } from "../ir/protocol.ts";
import type { ProviderInstance } from "../providers/types.ts";
import { callProvider, type ProviderCall, type ResolveSecret } from "./call.ts";
import { readModelPage } from "./model-lists.ts";
import type { WaysOut } from "./ways-out.ts";

export interface ProbeResult {
  provider: string;
  reachable: boolean;
  /** Null when it could not be found out. */
  authenticated: boolean | null;
  /** How many models it lists; null when it has no list. */
  models: number | null;
  latencyMs: number;
  status: number | null;
  problem: string | null;
  hint: string | null;
}

export async function probeProvider(
  instance: ProviderInstance,
  resolveSecret: ResolveSecret,
  timeoutMs = 10_000,
  ways?: Pick<WaysOut, "to">,
): Promise<ProbeResult> {
  const start = performance.now();
  const result = (fields: Partial<ProbeResult>): ProbeResult => ({
    provider: instance.id,
    reachable: false,
    authenticated: null,
    models: null,
    status: null,
    problem: null,
    hint: null,
    ...fields,
    latencyMs: Math.round(performance.now() - start),
  });
  const call = questionFor(instance, timeoutMs);
  if (call === null)
    return result({ problem: "it has no protocol that the gateway speaks", hint: "Check `kind` and `protocols`." });
  try {
    const { status, body } = await callProvider(instance, { ...call, ways }, resolveSecret);
    if (status === 401 || status === 403) {
      return result({
        reachable: true,
        authenticated: false,
        status,
        problem: `it refused the key (${status})`,
        hint: "Check the credential of this provider.",
      });
    }
    if (status === 404 || status === 405) {
      return result({
        reachable: true,
        status,
        problem: `there is nothing at ${call.path.split("?")[0]} (${status})`,
        hint: "Check the base URL; a missing or doubled /v1 is the usual reason.",
      });
    }
    if (status >= 500)
      return result({
        reachable: true,
        status,
        problem: `it answered ${status}`,
        hint: "The provider has a problem of its own; try again later.",
      });
    if (call.method === "POST") return result({ reachable: true, authenticated: true, status });
    if (status !== 200)
      return result({
        reachable: true,
        status,
        problem: `it answered ${status}`,
        hint: "Look at the provider's own documentation.",
      });
    return result({
      reachable: true,
      authenticated: instance.credential === null ? null : true,
      status,
      models: readModelPage(body).models.length,
    });
  } catch (error) {
    const isOurs = error instanceof GatewayError;
    const hint =
      isOurs && error.code === "credential_missing"
        ? "Provide the key where the configuration says it is."
        : "Check the base URL, the network and a proxy between.";
    return result({ problem: isOurs ? error.message : String(error), hint });
  }
}

/** The list of models where there is one, which costs nothing; else a request that is too small to be answered. */
function questionFor(instance: ProviderInstance, timeoutMs: number): ProviderCall | null {
  if (instance.modelsEndpoint) {
    return { wire: instance.modelsEndpoint.protocol, method: "GET", path: instance.modelsEndpoint.path, timeoutMs };
  }
  const wire = Object.keys(instance.protocols)[0] as ProviderWire | undefined;
  if (wire === undefined) return null;
  const paths: Record<ProviderWire, string> = {
    "openai-chat": "/chat/completions",
    "openai-responses": "/responses",
    "anthropic-messages": "/v1/messages",
    "gemini-content": "/models/probe:generateContent",
    "bedrock-converse": "/model/probe/converse",
    "cohere-chat": "/v2/chat",
    "ollama-chat": "/api/chat",
  };
  return { wire, method: "POST", path: paths[wire], body: {}, timeoutMs };
}
