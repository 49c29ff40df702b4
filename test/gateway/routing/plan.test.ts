import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../src-gateway/ir/errors.ts";
import type { Surface, WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import type { ProviderInstance } from "../../../src-gateway/providers/types.ts";
import { makePlan } from "../../../src-gateway/routing/plan.ts";
import { judge } from "../../../src-gateway/routing/verdict.ts";
import type { RouteConfig, WorkMode } from "../../../src-gateway/settings/types.ts";

const instance = (id: string, kind = id, wires: WireProtocol[] = ["openai-chat"]): ProviderInstance => ({
  id,
  kind,
  name: id,
  protocols: Object.fromEntries(wires.map((wire) => [wire, `http://${id}.example`])),
  auth: {},
  credential: null,
  needsCredential: false,
  declaredModels: null,
  modelsEndpoint: null,
  headers: {},
  compat: new Set(),
  region: null,
  keys: [{ id: "default", credential: null, weight: 1 }],
  where: "test",
});
const route = (
  match: string,
  targets: RouteConfig["targets"],
  strategy: RouteConfig["strategy"] = "single",
): RouteConfig => ({
  match,
  strategy,
  targets,
  where: "test",
});

function planned(
  model: string,
  options: {
    wire?: WireProtocol;
    surface?: Surface;
    workMode?: WorkMode;
    routes?: RouteConfig[];
    aliases?: Record<string, string>;
    instances?: ProviderInstance[];
    lists?: Record<string, string[]>;
    random?: number;
  } = {},
) {
  const plan = makePlan({
    model,
    wire: options.wire ?? "openai-chat",
    surface: options.surface ?? "chat",
    workMode: options.workMode ?? "auto",
    config: { routes: options.routes ?? [], aliases: options.aliases ?? {} },
    instances: new Map((options.instances ?? []).map((each) => [each.id, each])),
    listed: () =>
      Object.entries(options.lists ?? {}).flatMap(([id, owners]) => owners.map((provider) => ({ id, provider }))),
    providersOf: (name) => options.lists?.[name] ?? [],
    random: options.random ?? 0,
  });
  return plan.targets.map((target) => `${target.provider}:${target.model}`);
}

const openai = instance("openai");
const groq = instance("groq");
const anthropic = instance("anthropic", "anthropic", ["anthropic-messages"]);

describe("makePlan", () => {
  it("follows one precedence: exact route, loopback, provider prefix, pattern, listed, family", () => {
    const everything = {
      instances: [openai, groq],
      routes: [route("gpt-*", [{ provider: "groq" }]), route("gpt-5", [{ provider: "openai", model: "gpt-5-2026" }])],
      lists: { "gpt-5": ["groq"], "llama-4": ["groq"], "gpt-x": ["openai"] },
    };
    expect(planned("gpt-5", everything)).toEqual(["openai:gpt-5-2026"]);
    expect(planned("gpt-x", everything)).toEqual(["groq:gpt-x"]);
    expect(planned("openai/gpt-x", everything)).toEqual(["openai:gpt-x"]);
    expect(planned("llama-4", everything)).toEqual(["groq:llama-4"]);
    expect(planned("o3-mini", everything)).toEqual(["openai:o3-mini"]);
    expect(planned("loopback", everything)).toEqual(["loopback:loopback"]);
  });

  it("resolves aliases, also of aliases, and does not run in circles", () => {
    const options = { instances: [openai], aliases: { fast: "quick", quick: "gpt-5-mini", a: "b", b: "a" } };
    expect(planned("fast", options)).toEqual(["openai:gpt-5-mini"]);
    expect(() => planned("a", options)).toThrow(GatewayError);
  });

  it("draws one weighted target and keeps the others behind it", () => {
    const routes = [
      route(
        "m",
        [
          { provider: "openai", weight: 3 },
          { provider: "groq", weight: 1 },
        ],
        "weighted",
      ),
    ];
    const at = (random: number) => planned("m", { instances: [openai, groq], routes, random });
    expect(at(0)).toEqual(["openai:m", "groq:m"]);
    expect(at(0.74)).toEqual(["openai:m", "groq:m"]);
    expect(at(0.76)).toEqual(["groq:m", "openai:m"]);
  });

  it("matches stars anywhere, and an overlap of prefix and suffix does not fit", () => {
    const routes = [route("a*z", [{ provider: "groq" }]), route("*mid*", [{ provider: "openai" }])];
    const options = { instances: [openai, groq], routes };
    expect(planned("abcz", options)).toEqual(["groq:abcz"]);
    expect(planned("xmidy", options)).toEqual(["openai:xmidy"]);
    expect(() => planned("a", options)).toThrow(/No provider serves/);
    expect(() => planned("ab", { ...options, routes: [route("ab*b", [{ provider: "groq" }])] })).toThrow(
      /No provider serves/,
    );
  });

  it("says 404 for a model that nobody serves, and names the way out when only the protocol is missing", () => {
    const status = (run: () => unknown) => {
      try {
        run();
        return null;
      } catch (error) {
        return (error as GatewayError).code;
      }
    };
    expect(status(() => planned("nope", { instances: [openai] }))).toBe("model_not_found");
    expect(status(() => planned("claude-x", { instances: [anthropic], workMode: "passthrough" }))).toBe(
      "protocol_not_spoken",
    );
    expect(status(() => planned("claude-x", { instances: [anthropic], surface: "embeddings" }))).toBe(
      "protocol_not_spoken",
    );
    expect(planned("claude-x", { instances: [anthropic], wire: "anthropic-messages" })).toEqual(["anthropic:claude-x"]);
  });

  it("leaves out targets that do not speak the client's protocol where nothing is translated", () => {
    const routes = [route("m", [{ provider: "anthropic" }, { provider: "groq" }], "fallback")];
    expect(planned("m", { instances: [anthropic, groq], routes, workMode: "passthrough" })).toEqual(["groq:m"]);
    expect(planned("m", { instances: [anthropic, groq], routes })).toEqual(["anthropic:m", "groq:m"]);
  });

  it("takes a name without version or date for the newest that a provider lists", () => {
    const options = {
      instances: [openai, anthropic],
      lists: {
        "claude-sonnet-4-20250514": ["anthropic"],
        "claude-sonnet-4-5-20250929": ["anthropic"],
        "claude-opus-4-6": ["anthropic"],
        "gpt-5-2025-08-07": ["openai"],
      },
    };
    expect(planned("claude-sonnet", options)).toEqual(["anthropic:claude-sonnet-4-5-20250929"]);
    expect(planned("claude-sonnet-latest", options)).toEqual(["anthropic:claude-sonnet-4-5-20250929"]);
    expect(planned("claude-sonnet-4", options)).toEqual(["anthropic:claude-sonnet-4-20250514"]);
    expect(planned("claude-opus-4-6-20260210", options)).toEqual(["anthropic:claude-opus-4-6"]);
    expect(planned("gpt-5", options)).toEqual(["openai:gpt-5-2025-08-07"]);
    expect(planned("claude-haiku", options)).toEqual(["anthropic:claude-haiku"]);
  });
});

describe("judge", () => {
  const error = (code: ConstructorParameters<typeof GatewayError>[0]) => new GatewayError(code, "x");
  it("moves on when another provider may do better, and only then", () => {
    expect(judge(error("rate_limited"), { accepted: false })).toBe("again");
    expect(judge(error("provider_unreachable"), { accepted: false })).toBe("again");
    expect(judge(error("provider_auth_failed"), { accepted: false })).toBe("next-place");
    expect(judge(error("quota_exceeded"), { accepted: false })).toBe("next-place");
    for (const code of ["invalid_request", "model_not_found", "context_length_exceeded", "body_too_large"] as const)
      expect(judge(error(code), { accepted: false })).toBe("give-up");
  });
  it("does not send a request twice that a provider may have worked on", () => {
    expect(judge(error("provider_timeout"), { accepted: true })).toBe("give-up");
    expect(judge(error("provider_timeout"), { accepted: true, mayResend: true })).toBe("again");
  });
  it("does after a status what the operator wants, where the provider has said it", () => {
    const onStatus = { 400: "again", 404: "next", 502: "next", 503: "fail" } as const;
    const refused = { accepted: false, onStatus };
    expect(judge(error("model_not_found"), { ...refused, status: 404 })).toBe("next-place");
    expect(judge(error("invalid_request"), { ...refused, status: 400 })).toBe("again");
    expect(judge(error("overloaded"), { ...refused, status: 503 })).toBe("give-up");
    expect(judge(error("overloaded"), { ...refused, status: 529 })).toBe("again");
    // Inside a 200 an error has the status that it would have had outside; what did not come has none.
    expect(judge(error("overloaded"), { ...refused, status: 200 })).toBe("give-up");
    expect(judge(error("provider_unreachable"), { ...refused, status: null })).toBe("again");
    expect(judge(error("provider_cut"), { accepted: true, onStatus, status: 200 })).toBe("give-up");
  });
});
