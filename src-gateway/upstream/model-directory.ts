/** Which models the providers have right now: asked live, kept for a while, and kept longer when a provider fails. */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { ProviderInstance } from "../providers/types.ts";
import { callProvider, type ResolveSecret } from "./call.ts";
import { type ModelEntry, readModelPage } from "./model-lists.ts";
import type { WaysOut } from "./ways-out.ts";

export interface DirectoryModel extends ModelEntry {
  /** Id of the provider instance. */
  provider: string;
}

export interface ModelDirectory {
  /** Everything that is known, after asking the providers whose lists are old. */
  list(): Promise<DirectoryModel[]>;
  known: () => DirectoryModel[];
  /** Ids of the instances that have the model, from what is known. */
  providersOf: (model: string) => string[];
  /** Another number whenever one of the lists may have changed. */
  listsVersion(): number;
  /** The most that a model may answer, as its provider lists it; null when it does not say. */
  maxOutputTokens(provider: string, model: string): number | null;
  /** Asks again whoever was not asked in the last seconds; false when nobody was due. */
  refresh(): Promise<boolean>;
  /** Why a provider's list is missing or old. */
  problems(): Map<string, string>;
}

const CALL_TIMEOUT_MS = 5_000;
/** Between two questions to one provider that were not due: an unknown model must not become a storm of lists. */
const PATIENCE_US = 5_000_000;
const MAX_PAGES = 20;

interface Listing {
  models: ModelEntry[];
  askedUs: number;
  /** The configuration it was asked with; another one makes it old. */
  instance: ProviderInstance;
  problem: string | null;
}

export function createModelDirectory(options: {
  instances(): ProviderInstance[];
  resolveSecret: ResolveSecret;
  clock: Clock;
  log: Logger;
  ttlMs?: number;
  ways?: Pick<WaysOut, "to">;
}): ModelDirectory {
  const { clock, log } = options;
  const ttlUs = (options.ttlMs ?? 300_000) * 1000;
  const listings = new Map<string, Listing>();
  const asking = new Map<string, Promise<void>>();
  let listsVersion = 0;
  const note = (instance: ProviderInstance, models: ModelEntry[], problem: string | null): void => {
    listings.set(instance.id, { models, askedUs: clock.monotonicUs(), instance, problem });
    listsVersion++;
  };

  const ask = (instance: ProviderInstance): Promise<void> => {
    const running = asking.get(instance.id);
    if (running) return running;
    const question = fetchModels(instance, options.resolveSecret, options.ways)
      .then(
        (models) => note(instance, models, null),
        (error: unknown) => {
          const problem = error instanceof Error ? error.message : String(error);
          log.debug({ provider: instance.id, problem }, "the models of a provider could not be listed");
          note(instance, listings.get(instance.id)?.models ?? [], problem);
        },
      )
      .finally(() => asking.delete(instance.id));
    asking.set(instance.id, question);
    return question;
  };

  const askOlderThan = async (ageUs: number): Promise<boolean> => {
    const due = options.instances().filter((instance) => {
      if (instance.declaredModels !== null || instance.modelsEndpoint === null) return false;
      const listing = listings.get(instance.id);
      return !listing || listing.instance !== instance || clock.monotonicUs() - listing.askedUs > ageUs;
    });
    await Promise.all(due.map(ask));
    return due.length > 0;
  };

  const modelsOf = (instance: ProviderInstance): ModelEntry[] =>
    instance.declaredModels?.map((id) => ({ id })) ?? listings.get(instance.id)?.models ?? [];

  const known = (): DirectoryModel[] =>
    options.instances().flatMap((instance) => modelsOf(instance).map((model) => ({ ...model, provider: instance.id })));

  return {
    async list() {
      await askOlderThan(ttlUs);
      return known();
    },
    known,
    providersOf: (model) =>
      options
        .instances()
        .filter((instance) => modelsOf(instance).some((entry) => entry.id === model))
        .map((instance) => instance.id),
    listsVersion: () => listsVersion,
    maxOutputTokens: (provider, model) =>
      listings.get(provider)?.models.find((entry) => entry.id === model)?.maxOutputTokens ?? null,
    refresh: () => askOlderThan(PATIENCE_US),
    problems() {
      const found = new Map<string, string>();
      for (const [id, { problem }] of listings) if (problem !== null) found.set(id, problem);
      return found;
    },
  };
}

async function fetchModels(
  instance: ProviderInstance,
  resolveSecret: ResolveSecret,
  ways: Pick<WaysOut, "to"> | undefined,
): Promise<ModelEntry[]> {
  const endpoint = instance.modelsEndpoint;
  if (endpoint === null) return [];
  const first =
    endpoint.protocol === "anthropic-messages"
      ? "limit=1000"
      : endpoint.protocol === "gemini-content"
        ? "pageSize=1000"
        : "";
  const models: ModelEntry[] = [];
  let next: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = [first, next].filter((part) => part).join("&");
    const path = query === "" ? endpoint.path : `${endpoint.path}?${query}`;
    const reply = await callProvider(
      instance,
      { wire: endpoint.protocol, method: "GET", path, timeoutMs: CALL_TIMEOUT_MS, ways },
      resolveSecret,
    );
    if (reply.status !== 200)
      throw new Error(`"${instance.id}" answered ${reply.status} when it was asked for its models`);
    const read = readModelPage(reply.body);
    models.push(...read.models);
    next = read.next;
    if (next === null) break;
  }
  return models;
}
