import { GatewayError } from "../../ir/errors.ts";
import { isAdmin } from "../caller.ts";
import type { ConfigView } from "../contract/config-schemas.ts";
import type { ProviderView } from "../contract/schemas.ts";
import type { AdminDeps, ProviderFacts } from "../deps.ts";
import { runChecks } from "./checks.ts";
import type { Handlers } from "./types.ts";

export const gatewayHandlers: Pick<
  Handlers,
  | "getStatus"
  | "listModels"
  | "listProviders"
  | "probeProvider"
  | "explainRoute"
  | "getConfig"
  | "reloadConfig"
  | "runChecks"
> = {
  getStatus({ deps, caller }) {
    const facts = deps.status();
    const status = {
      ...facts,
      pid: process.pid,
      nowUs: deps.clock.nowUs(),
      baseUrls: baseUrlsOf(facts.url),
      paused: deps.pause.isPaused(),
    };
    // Where files lie and what is wrong with them is the operator's business.
    return caller && isAdmin(caller)
      ? status
      : { ...status, dataDir: "", notices: [], configProblem: null, diskProblem: null, secretStore: null };
  },
  listModels: ({ deps }) => deps.models(),
  listProviders: ({ deps }) => deps.providers().map(toProviderView),
  async probeProvider({ deps, params }) {
    const id = params["id"] ?? "";
    const result = await deps.probe(id);
    if (!result) throw new GatewayError("not_found", `There is no provider "${id.slice(0, 80)}".`);
    return result;
  },
  explainRoute: ({ deps, body }) => deps.explain(body),
  getConfig: ({ deps }) => configOf(deps),
  async reloadConfig({ deps, record }) {
    const before = deps.config();
    await deps.reloadConfig();
    const after = deps.config();
    await record({
      action: "config.reload",
      target: { kind: "config", id: null, name: after.file },
      before: { version: before.version },
      after: { version: after.version, problem: after.problem },
    });
    return configOf(deps);
  },
  runChecks: ({ deps }) => runChecks(deps),
};

const configOf = (deps: AdminDeps): ConfigView => ({
  ...deps.config(),
  providers: deps.providers().map(toProviderView),
});

/** OpenAI's clients want the version in their base URL; the others add it themselves. */
const baseUrlsOf = (url: string): Record<string, string> => ({
  "openai-chat": `${url}/v1`,
  "openai-responses": `${url}/v1`,
  "anthropic-messages": url,
  "gemini-content": url,
});

function toProviderView(facts: ProviderFacts): ProviderView {
  const isMissing = facts.credential === null && facts.needsCredential;
  return {
    ...facts,
    credentialState: facts.credential !== null ? "configured" : isMissing ? "missing" : "not_needed",
    health: facts.problem !== null ? "failing" : facts.modelCount > 0 ? "ok" : "unknown",
  };
}
