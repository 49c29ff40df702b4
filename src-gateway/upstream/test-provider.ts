/** Three questions to a provider that is not saved: is it there, does it take the key, does it answer. */
import type { Dispatcher } from "undici";
import { GatewayError } from "../ir/errors.ts";
import type { ProviderWire } from "../ir/protocol.ts";
import type { ProviderInstance } from "../providers/types.ts";
import { callProvider, type ProviderReply, type ResolveSecret } from "./call.ts";
import { createGuardedAgent } from "./guarded-agent.ts";
import { readModelPage } from "./model-lists.ts";
import { oneTokenQuestion } from "./one-token-question.ts";
import type { WaysOut } from "./ways-out.ts";

export interface TestStep {
  step: "reach" | "authenticate" | "answer";
  /** Null where it could not be found out, or was not tried. */
  ok: boolean | null;
  status: number | null;
  latencyMs: number | null;
  problem: string | null;
  hint: string | null;
}

export interface ProviderTest {
  ok: boolean;
  steps: TestStep[];
  models: string[];
  model: string | null;
}

const TIMEOUT_MS = 20_000;
const MAX_MODELS = 1_000;
const SIGNED = "its requests are signed for each one, which only real requests are";

export async function testProvider(options: {
  instance: ProviderInstance;
  resolveSecret: ResolveSecret;
  allowMetadata: boolean;
  model?: string | undefined;
  protocol?: ProviderWire | undefined;
  ways?: Pick<WaysOut, "fresh" | "proxyTo">;
}): Promise<ProviderTest> {
  const { instance } = options;
  const wire = options.protocol ?? (Object.keys(instance.protocols)[0] as ProviderWire | undefined);
  const base = wire === undefined ? undefined : instance.protocols[wire];
  if (wire === undefined || base === undefined)
    throw new GatewayError("invalid_request", "The provider is not spoken to in this protocol.", { param: "protocol" });
  const dispatcher = await createGuardedAgent(base, options);
  const listUrl = instance.modelsEndpoint && instance.protocols[instance.modelsEndpoint.protocol];
  // The list may be at another address than the protocol that is tested.
  const listDispatcher = listUrl && listUrl !== base ? await createGuardedAgent(listUrl, options) : dispatcher;
  try {
    return await new Test(options, wire, dispatcher, listDispatcher).run();
  } finally {
    await Promise.all([dispatcher.destroy(), listDispatcher.destroy()]);
  }
}

class Test {
  private readonly options: Parameters<typeof testProvider>[0];
  private readonly wire: ProviderWire;
  private readonly dispatcher: Dispatcher;
  private readonly listDispatcher: Dispatcher;
  private models: string[] = [];

  constructor(
    options: Parameters<typeof testProvider>[0],
    wire: ProviderWire,
    dispatcher: Dispatcher,
    listDispatcher: Dispatcher,
  ) {
    this.options = options;
    this.wire = wire;
    this.dispatcher = dispatcher;
    this.listDispatcher = listDispatcher;
  }

  async run(): Promise<ProviderTest> {
    const { instance } = this.options;
    const scheme = instance.auth[this.wire];
    const first = await this.firstLook();
    const model = this.options.model ?? instance.declaredModels?.[0] ?? this.models[0] ?? null;
    let steps = first;
    if (first.some(({ ok }) => ok === false)) steps = [...first, untried("answer", "the steps before it failed")];
    else if (scheme === "aws" || scheme === "google") steps = [...first, untried("answer", SIGNED)];
    else if (model === null) steps = [...first, untried("answer", "no model is known; name one")];
    else {
      const answer = await this.askOneToken(model);
      steps = [...first, answer];
      // Whoever answers has taken the key.
      if (answer.ok) steps = steps.map((each) => (each.step === "authenticate" ? { ...each, ok: true } : each));
    }
    return { ok: steps.every(({ ok }) => ok === true), steps, models: this.models, model };
  }

  /** Its list of models where it has one, which costs nothing; else anything that it answers. */
  private async firstLook(): Promise<TestStep[]> {
    const { instance, resolveSecret } = this.options;
    const list = instance.modelsEndpoint;
    const startMs = performance.now();
    try {
      const reply = await callProvider(
        instance,
        list
          ? {
              wire: list.protocol,
              method: "GET",
              path: list.path,
              timeoutMs: TIMEOUT_MS,
              dispatcher: this.listDispatcher,
            }
          : { wire: this.wire, method: "GET", path: "", timeoutMs: TIMEOUT_MS, dispatcher: this.dispatcher },
        resolveSecret,
      );
      const facts = { status: reply.status, latencyMs: Math.round(performance.now() - startMs) };
      const reach: TestStep = { step: "reach", ok: true, ...facts, problem: null, hint: null };
      if (list && reply.status === 200)
        this.models = readModelPage(reply.body)
          .models.map(({ id }) => id)
          .slice(0, MAX_MODELS);
      return [reach, this.authentication(reply, list !== null, facts)];
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const isKey = error.code === "credential_missing";
      const failed = (step: TestStep["step"], hint: string): TestStep => ({
        ...untried(step, error.message),
        ok: false,
        hint,
      });
      if (isKey)
        return [
          untried("reach", "the key cannot be read"),
          failed("authenticate", "Give the key, or say where it is."),
        ];
      return [
        failed("reach", "Check the base URL, the network and a proxy between."),
        untried("authenticate", "it was not reached"),
      ];
    }
  }

  private authentication(
    { status }: ProviderReply,
    isList: boolean,
    facts: { status: number; latencyMs: number },
  ): TestStep {
    const step = "authenticate";
    if (status === 401 || status === 403)
      return { step, ok: false, ...facts, problem: `it refused the key (${status})`, hint: "Check the key." };
    if (!isList) return { ...untried(step, "it has no list to show the key to"), ...facts };
    if (status === 200) return { step, ok: true, ...facts, problem: null, hint: null };
    const isPlace = status === 404 || status === 405;
    const hint = isPlace ? "Check the base URL; a missing or doubled /v1 is the usual reason." : "Try again later.";
    return { step, ok: isPlace ? false : null, ...facts, problem: `its list of models answered ${status}`, hint };
  }

  private async askOneToken(model: string): Promise<TestStep> {
    const step = "answer";
    const { instance, resolveSecret } = this.options;
    const startMs = performance.now();
    try {
      const call = { wire: this.wire, method: "POST" as const, timeoutMs: TIMEOUT_MS, dispatcher: this.dispatcher };
      const ask = (limit: Parameters<typeof oneTokenQuestion>[2]): Promise<ProviderReply> =>
        callProvider(instance, { ...call, ...oneTokenQuestion(this.wire, model, limit) }, resolveSecret);
      const limited = await ask(instance.compat.has("max-tokens") ? "max_tokens" : "max_completion_tokens");
      const { status } = limited.status === 400 && this.wire === "openai-chat" ? await ask(null) : limited;
      const facts = { status, latencyMs: Math.round(performance.now() - startMs) };
      if (status >= 200 && status < 300) return { step, ok: true, ...facts, problem: null, hint: null };
      const hint =
        status === 404 ? `Does it have the model "${model}", and is the base URL right?` : "Try another model.";
      return { step, ok: false, ...facts, problem: `it answered ${status} for "${model}"`, hint };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return { ...untried(step, error.message), ok: false };
    }
  }
}

const untried = (step: TestStep["step"], problem: string): TestStep => ({
  step,
  ok: null,
  status: null,
  latencyMs: null,
  problem,
  hint: null,
});
