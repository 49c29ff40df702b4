/** Where a request would go: planned exactly as one that came, and not sent. */
import type { ExplainQuestion, ExplanationView } from "../admin-api/contract/explain-schemas.ts";
import { prefixOf } from "../auth/key-hasher.ts";
import { mayChoose } from "../auth/may-choose.ts";
import type { Principal } from "../auth/types.ts";
import { attribute } from "../exchange/attribution.ts";
import { countedSurface } from "../exchange/count-tokens.ts";
import { withoutSuffix } from "../exchange/long-context.ts";
import { factsOf, factsWithoutBody } from "../exchange/request-facts.ts";
import { GatewayError } from "../ir/errors.ts";
import { type Surface, WIRE_OF_SURFACE, type WireProtocol } from "../ir/protocol.ts";
import { scanJson } from "../lib/json-scan.ts";
import type { RequestBody } from "../protocols/types.ts";
import { contentFactsOf } from "../routing/content-facts.ts";
import { considerPlan } from "../routing/plan.ts";
import { planRecordOf } from "../routing/plan-record.ts";
import type { Plan, RequestFacts } from "../routing/types.ts";
import type { Parts } from "./parts.ts";
import { considerRequest, type PlanRequest, planInput } from "./plan-request.ts";

type Caller = Pick<Principal, "apiKeyId" | "keyName" | "email" | "scopes">;
const NOBODY: Caller = { apiKeyId: null, keyName: null, email: "", scopes: [] };

/** @throws GatewayError not_found when there is no such key, invalid_request. */
export async function explainRoute(parts: Parts, question: ExplainQuestion): Promise<ExplanationView> {
  const asked = askedFor(question);
  const atUs = question.atUs ?? parts.clock.nowUs();
  const caller = question.key === undefined ? NOBODY : await callerOf(parts, question.key);
  const request: PlanRequest = {
    model: withoutSuffix(question.model),
    wire: asked.wire,
    surface: countedSurface(asked.surface),
    request: factsFor(question, asked, caller, atUs),
    mayChoose: (provider) => mayChoose(caller.scopes, provider),
  };
  const { plan, error } = await considerRequest(parts, request, Math.random());
  return {
    model: question.model,
    resolved: plan.model,
    ...asked,
    atUs,
    plan: planRecordOf(plan),
    byChance: isByChance(parts, request),
    error: error && { status: error.status, code: error.code, message: error.message },
    policy: policyOf(parts, plan),
    health: healthOf(parts, plan),
  };
}

const CONVERSATION: Readonly<Record<WireProtocol, Surface>> = {
  "openai-chat": "chat",
  "openai-responses": "responses",
  "anthropic-messages": "messages",
  "gemini-content": "gemini",
};

function askedFor({ wire, surface }: ExplainQuestion): { wire: WireProtocol; surface: Surface } {
  const spoken = wire ?? (surface === undefined ? "openai-chat" : WIRE_OF_SURFACE[surface]);
  return { wire: spoken, surface: surface ?? CONVERSATION[spoken] };
}

async function callerOf({ apiKeys, users }: Parts, wanted: string): Promise<Caller> {
  const byId = /^\d{1,15}$/.test(wanted) ? await apiKeys.find(Number(wanted)) : null;
  // Of a whole key, its beginning is all that is stored.
  const filter = wanted.startsWith("tok_") ? { q: prefixOf(wanted) } : {};
  const keys =
    byId?.revokedAtUs === null
      ? [byId]
      : (await apiKeys.list(filter)).filter(({ revokedAtUs }) => revokedAtUs === null);
  const found =
    keys.find(({ id, prefix }) => String(id) === wanted || (wanted.startsWith("tok_") && wanted.startsWith(prefix))) ??
    keys.find(({ name }) => name === wanted);
  // The whole key may have been given, and must not come back.
  if (!found) throw new GatewayError("not_found", `There is no client key "${wanted.slice(0, 12)}".`, { param: "key" });
  const user = await users.find(found.userId);
  return { apiKeyId: found.id, keyName: found.name, email: user?.email ?? "", scopes: found.scopes };
}

function factsFor(
  question: ExplainQuestion,
  { wire, surface }: { wire: WireProtocol; surface: Surface },
  caller: Caller,
  atUs: number,
): RequestFacts {
  const { text, body, model, team } = question;
  if (text !== undefined && body !== undefined)
    throw new GatewayError("invalid_request", "Give a text or a whole body, not both.", { param: "text" });
  const headers = Object.fromEntries(
    Object.entries(question.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const said = attribute(headers);
  const pathModel = wire === "gemini-content" ? model : null;
  const about = {
    inbound: { wire, headers, target: { surface, pathModel, pathMethod: null, query: "" } },
    world: { turnClock: { nowUs: () => atUs } },
    keeper: {
      record: {
        agent: question.agent ?? said.agent,
        session: question.session ?? said.session,
        project: question.project ?? headers["x-tokligence-project"] ?? null,
        bytesIn: Buffer.byteLength(text ?? ""),
      },
    },
    principal: caller,
  };
  const facts =
    body === undefined
      ? factsWithoutBody(about)
      : factsOf({ ...about, body: bodyOf(body, pathModel === null ? model : null) });
  const turns = [{ role: "user" as const, parts: [{ kind: "text" as const, text: text ?? "" }] }];
  return {
    ...facts,
    ...(text === undefined ? {} : { content: () => contentFactsOf({ turns, tools: [] }) }),
    ...(team === undefined ? {} : { key: { ...(facts.key ?? { id: 0, name: "", user: "" }), team } }),
  };
}

/** The model that is asked about counts, whatever the body says. */
function bodyOf(value: object, model: string | null): RequestBody {
  const bytes = Buffer.from(JSON.stringify(model === null ? value : { ...value, model }));
  return { bytes, root: scanJson(bytes) };
}

/** Enough draws to see a share of a twentieth, at either end. */
const DRAWS = [...Array.from({ length: 20 }, (_, n) => n / 20), 0.9999];

function isByChance(parts: Parts, request: PlanRequest): boolean {
  const orders = DRAWS.map((draw) => {
    const { plan } = considerPlan(planInput(parts, request, draw));
    return JSON.stringify(plan.targets.map(({ provider, model }) => [provider, model]));
  });
  return new Set(orders).size > 1;
}

function policyOf({ settings: { retry } }: Parts, { policy, targets }: Plan): ExplanationView["policy"] {
  return {
    attempts: policy?.attempts ?? retry.maxAttempts,
    totalMs: policy?.totalMs ?? retry.totalMs,
    resend: policy?.resend ?? false,
    join: policy?.join ?? true,
    strict: targets.some(({ strict }) => strict === true),
  };
}

function healthOf({ health, clock }: Parts, { targets }: Plan): ExplanationView["health"] {
  const offsetUs = clock.nowUs() - clock.monotonicUs();
  return targets.flatMap(({ instance, provider, model }) =>
    (instance?.keys ?? []).map(({ id }) => {
      const obstacle = health.obstacle({ provider, key: id, model });
      return {
        provider,
        key: id,
        model,
        availableAtUs: obstacle && Math.round(obstacle.untilMs * 1000 + offsetUs),
        why: obstacle?.why ?? null,
        firstTokenP50Ms: health.firstTokenP50Ms(provider, model),
      };
    }),
  );
}
