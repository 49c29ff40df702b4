import type { ErrorClass } from "../../src-gateway/ir/errors.ts";
import type { Outcome } from "../../src-gateway/ir/exchange-record.ts";
import type { WireProtocol } from "../../src-gateway/ir/protocol.ts";
import { enDetails } from "./en-details.ts";

const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);

const outcomes: Record<Outcome, string> = {
  open: "Running",
  completed: "Completed",
  refused: "Refused",
  failed: "Failed",
  failed_midstream: "Failed midway",
  client_aborted: "Client left",
  interrupted: "Interrupted",
};

const wires: Record<WireProtocol, string> = {
  "openai-chat": "OpenAI Chat",
  "openai-responses": "OpenAI Responses",
  "anthropic-messages": "Anthropic Messages",
  "gemini-content": "Gemini",
};

/** What to do about an error, by its class. */
const advice: Record<ErrorClass, string> = {
  invalid:
    "The client sent something the gateway or the provider does not accept. The message names the field; correct it in the client.",
  auth: "Give the client a valid client key of this gateway. `gateway admin api-keys create` makes one.",
  permission: "This key or page may not do that. Ask an administrator, or allow the origin in the settings.",
  not_found:
    "Check the model name. `gateway models` lists what can be asked for; a route or an alias in gateway.yaml can map it.",
  too_large: "Send less at once, or raise max_body_bytes in the settings.",
  context:
    "The conversation is longer than the model can read. Shorten it, or route it to a model with a larger window.",
  rate_limit:
    "The provider asks for a pause. Wait, add a second provider as fallback in a route, or raise the limit there.",
  quota: "The account at the provider has no credit left. Add credit there, or route to another provider.",
  overloaded:
    "The provider or the gateway was too busy. The same request can succeed later; a fallback route avoids the wait.",
  timeout: "No answer came in time. Try again, or raise the time limits in the settings.",
  provider: "The provider failed. Check it on the Providers page; a fallback route would have gone on elsewhere.",
  gateway: "The gateway could not do this. Its log has the reason under this request id.",
};

/** Every word of the console, in English. */
export const en = {
  locale: "en-US",
  product: "Tokligence Gateway",
  productShort: "Tokligence",
  outcomes,
  wires,
  advice,
  frame: {
    navigation: "Pages",
    skip: "Skip to the page",
    copy: "Copy",
    copied: "Copied",
    copyFailed: "Copying is not allowed here",
    copyThing: (thing: string) => `Copy ${thing}`,
    address: "address of the gateway",
    signOut: "Sign out",
    running: "Running",
    down: "Not reachable",
    themes: { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" },
    loading: "Loading",
    retry: "Try again",
    failed: "This could not be read",
    downTitle: "The gateway does not answer.",
    downText: "It may be restarting. This page connects again by itself; what you see is the last known state.",
    downHint: "To start it:",
    crash: "The console ran into an error of its own.",
    reload: "Reload",
    notFound: "There is no such page.",
    toOverview: "Go to the overview",
  },
  signIn: {
    title: "Sign in",
    lead: "On the computer where the gateway runs, type:",
    result: "It prints an address. Open it in this browser within one minute; it works once.",
    refused: "That link was used already, or is too old.",
    ended: "Your session has ended, or the gateway was restarted.",
    again: "I have signed in elsewhere",
  },
  overview: {
    title: "Overview",
    since: (moment: string) => `running since ${moment}`,
    open: (count: number) => (count === 0 ? "nothing in flight" : `${count} in flight`),
    waiting: (count: number) => `${count} ${plural(count, "record", "records")} not yet written`,
    databases: { sqlite: "SQLite", postgres: "PostgreSQL" },
    configProblem: "The configuration file was changed but not taken; the last good one is in force.",
    authOff: "Authentication is off: whoever reaches this gateway can spend your keys.",
    today: "Today",
    requests: "Requests",
    failures: (count: number) => (count === 0 ? "no failures" : `${count} failed`),
    spent: "Spent",
    unpriced: (count: number) =>
      count === 0
        ? "every request has a price"
        : `and ${plural(count, "1 request", `${count} requests`)} of no known price`,
    tokensIn: "Tokens in",
    cached: (share: string) => `${share} from cache`,
    noCache: "nothing from cache",
    tokensOut: "Tokens out",
    reasoning: (tokens: string) => `${tokens} reasoning`,
    firstToken: "First token, p50",
    firstTokenOf: (count: number) =>
      count === 0 ? "no answers yet" : `of ${plural(count, "1 answer", `${count} answers`)}`,
    last: "Last requests",
    all: "All requests",
    providers: "Providers",
    allProviders: "All providers",
    noProviders: "No provider yet; the built-in model “loopback” answers.",
    providerToday: (requests: string, failures: string) =>
      failures === "0" ? requests : `${failures} of ${requests} failed`,
    idle: "idle today",
    connect: "Connect a client",
    firstTitle: "Make the first request",
    firstText:
      "Create a client key and paste the command into a terminal. It asks the built-in model “loopback”, which costs nothing and needs no provider.",
    thenBases: "Then give your agent or SDK one of these base URLs and the same key.",
    connectText: "Give your agent or SDK one of these base URLs and a client key.",
    bases: { openai: "OpenAI SDKs, Codex", anthropic: "Anthropic SDKs, Claude Code", gemini: "Google Gen AI SDK" },
    curl: "curl command",
    makeKey: "Create a client key",
    keyMade: "This key is shown once. The command below contains it.",
    keyHint: "An administrator can create a client key for you.",
    clientKey: "client key",
    keyName: "made in the console",
  },
  requests: {
    title: "Requests",
    list: "Recorded requests",
    live: "Live",
    liveHint: "Show requests as they end",
    failedOnly: "Failed only",
    provider: "Provider",
    model: "Model",
    allProviders: "All providers",
    allModels: "All models",
    search: "Search",
    searchHint: "Words of the id, agent, model, provider or error",
    clear: "Clear filters",
    columns: {
      outcome: "Outcome",
      time: "Time",
      agent: "Agent",
      model: "Model",
      provider: "Provider",
      status: "Status",
      firstToken: "First token",
      total: "Total",
      input: "In",
      cached: "Cached",
      output: "Out",
    },
    emptyTitle: "No requests yet",
    emptyText: "Each call of a client appears here as it ends.",
    toFirst: "Make the first one",
    noMatch: "No request matches these filters.",
    searched: (count: string) => `Searched the newest ${count} requests.`,
    loadingMore: "Loading older requests",
    searchOlder: "Search older requests",
    keys: "↑ ↓ to step",
  },
  details: enDetails,
  providers: {
    title: "Providers",
    count: (count: number) => `${count} configured`,
    emptyTitle: "No provider yet",
    emptyText:
      "Set a provider's usual variable, such as OPENAI_API_KEY or ANTHROPIC_API_KEY, and restart the gateway. Or list providers in config/gateway.yaml; it is read again as soon as it changes.",
    list: "Configured providers",
    columns: {
      provider: "Provider",
      wires: "Speaks",
      credential: "Key",
      models: "Models",
      health: "Health",
    },
    from: (where: string) => `from ${where}`,
    noKeyNeeded: "none needed",
    keyMissing: "missing",
    probe: "Check",
    probing: "Checking",
    probeThing: (name: string) => `Check ${name}`,
    fine: "Works",
    broken: "Does not work",
    refused: "Key refused",
    models: (count: number) => `${count} ${plural(count, "model", "models")}`,
    adminOnly: "Only administrators can check a provider.",
  },
};
