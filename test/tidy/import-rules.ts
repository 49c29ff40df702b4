/**
 * Who may import whom, and why not. A pattern ending in "/" or ":" stands for all below it, `*` for one name; targets are
 * paths from the root, `node:…` and `npm:…`.
 */
export interface ImportRule {
  from: string[];
  not: string[];
  /** Exceptions among what `not` names. */
  but?: string[];
  /** May be imported for its types, which vanish at run time. */
  butTypes?: string[];
  because: string;
}

const gateway = (...folders: string[]): string[] => folders.map((folder) => `src-gateway/${folder}/`);

const ANYTHING = ["src-gateway/", "src-main/", "src-renderer/", "test/", "config/", "node:", "npm:"];
const ENTRY = ["src-gateway/*.ts", "src-gateway/bin/", "src-gateway/compose/"];
const VOCABULARY = gateway("ir", "lib");
const PARTS = [
  "routing",
  "affinity",
  "joins",
  "limits",
  "budgets",
  "runaway",
  "health",
  "ledger",
  "prices",
  "analytics",
  "request-log",
  "auth",
  "sign-in",
  "audit",
  "hooks",
  "plugins",
  "agents",
  "marketplace",
  "upstream",
  "secrets",
  "transfer",
  "support",
  "revisions",
  "flags",
  "token-count",
  "responses-state",
];
const KNOWLEDGE = ["protocols", "providers", "store", "settings", "telemetry", "admin-api/contract"];
const ABOVE_PARTS = [...ENTRY, ...gateway("exchange", "server", "admin-api/handlers", "cli")];

/** The shapes that folders show each other: `types.ts` holds types, and imports nothing that runs. */
const SHAPES = ["src-gateway/*/types.ts"];

const partRules: ImportRule[] = PARTS.map((part) => ({
  from: gateway(part),
  not: [...gateway(...PARTS.filter((other) => other !== part)), ...ABOVE_PARTS],
  butTypes: SHAPES,
  because:
    "parts do not know each other or what stands above them, so each can be tested and replaced alone; compose/ joins " +
    "them, and what one needs of another it takes as an argument with a type from the other's types.ts",
}));

export interface PackageHome {
  packageName: string;
  folders: string[];
  because: string;
}

/** Packages that only one part of the tree may load. */
export const PACKAGE_HOMES: PackageHome[] = [
  {
    packageName: "undici",
    folders: gateway("upstream"),
    because:
      "upstream/ is the only folder that calls providers: time limits, aborts and connection pools are set there once",
  },
  {
    packageName: "express",
    folders: gateway("admin-api"),
    because: "Express serves what is not hot; the doors load it after the listener is up",
  },
  {
    packageName: "ws",
    folders: gateway("server"),
    because: "sockets end in server/",
  },
  {
    packageName: "better-sqlite3",
    folders: gateway("store"),
    because: "store/ hides which database runs, and only it knows when SQLite may block",
  },
  {
    packageName: "pg",
    folders: gateway("store"),
    because: "store/ hides which database runs, and a client without its error listener ends the process",
  },
  {
    packageName: "ioredis",
    folders: gateway("budgets"),
    because: "Redis holds counts that gateways share; it is loaded only where it is configured",
  },
  {
    packageName: "keytar",
    folders: gateway("secrets"),
    because: "secrets/ is the only folder that may hold a provider's credential in the clear",
  },
  {
    packageName: "gpt-tokenizer",
    folders: gateway("token-count"),
    because: "it brings tables of 60 MB and blocks while it counts: only the thread of token-count/ may load it",
  },
  {
    packageName: "@pydantic/genai-prices",
    folders: gateway("prices"),
    because: "prices/ knows which data it came with, and loads it only when prices are needed",
  },
  {
    packageName: "@clickhouse/client",
    folders: gateway("analytics"),
    because: "the second book is optional: its client is loaded only where one is configured",
  },
  {
    packageName: "nodemailer",
    folders: gateway("sign-in"),
    because: "mails sign people in: one place decides what they say, and that none leaves over an open line",
  },
  {
    packageName: "openid-client",
    folders: gateway("sign-in"),
    because: "who an OIDC provider vouches for is decided in one place; it is loaded only where one is configured",
  },
  ...["@opentelemetry/api", "@opentelemetry/sdk-trace", "@opentelemetry/sdk-metrics"].map((packageName) => ({
    packageName,
    folders: gateway("telemetry"),
    because: "it is loaded only where a collector is configured, and nothing else depends on its words",
  })),
  {
    packageName: "pino",
    folders: gateway("telemetry"),
    because: "telemetry/ hides secrets from what is logged; others are handed a logger",
  },
  {
    packageName: "commander",
    folders: gateway("cli"),
    because: "only the command line parses command lines",
  },
  {
    packageName: "electron",
    folders: ["src-main/"],
    because: "the desktop shell is the only part that runs inside Electron",
  },
  {
    packageName: "zod",
    folders: ["src-gateway/", "src-main/", "config/", "test/"],
    because:
      "the console comes with its gateway and need not check it; zod would be a sixth of what a first page loads",
  },
  {
    packageName: "react",
    folders: ["src-renderer/"],
    because: "only the console draws",
  },
];

export const IMPORT_RULES: ImportRule[] = [
  {
    from: gateway("lib"),
    not: ANYTHING,
    but: [...gateway("lib"), "node:"],
    because: "lib/ knows no word of the domain; what needs one belongs into the folder of that word",
  },
  {
    from: gateway("ir"),
    not: ANYTHING,
    but: VOCABULARY,
    because: "ir/ is the vocabulary that all others are written in, so it can depend on none of them",
  },
  {
    from: gateway("protocols"),
    not: ANYTHING,
    but: [...VOCABULARY, ...gateway("protocols")],
    because: "a wire is pure: it must run in a browser, and in a test without a world",
  },
  {
    from: gateway("admin-api/contract"),
    not: ANYTHING,
    but: [...VOCABULARY, ...gateway("admin-api/contract"), "npm:zod"],
    butTypes: [...SHAPES, "src-gateway/auth/rights.ts"],
    because: "the console and the command line load the contract, so it may bring nothing of the server with it",
  },
  {
    from: gateway(...KNOWLEDGE),
    not: [...gateway(...PARTS), ...ABOVE_PARTS],
    butTypes: [...SHAPES, "src-gateway/auth/rights.ts"],
    because: "knowledge answers questions and drives nothing: what uses it stands above it",
  },
  ...partRules,
  {
    from: gateway("routing", "limits", "runaway", "health", "affinity", "joins"),
    not: ["node:", "npm:"],
    because: "decisions are pure: state, time and chance are arguments, so every plan can be repeated and explained",
  },
  {
    from: gateway("exchange"),
    not: ["node:http", "node:https", "node:http2", "node:net", "node:tls", "node:fs", "node:fs/promises", "npm:"],
    because:
      "the life of a request is given its dispatch, clock and writer; with a socket or a file in it, it could not be replayed",
  },
  {
    from: gateway("exchange"),
    not: [...gateway("server", "store", "admin-api", "cli", "upstream", "settings", "telemetry"), ...ENTRY],
    butTypes: SHAPES,
    because: "an exchange is handed everything that touches the world; importing it here would tie every test to it",
  },
  {
    from: gateway("server", "admin-api/handlers"),
    not: [...ENTRY, ...gateway("cli", "store", "upstream")],
    butTypes: SHAPES,
    because: "a door turns requests into calls; databases and providers are reached through the parts that own them",
  },
  {
    from: gateway("cli"),
    not: [...ENTRY, ...gateway("server", "store", "exchange", "upstream", "admin-api/handlers")],
    butTypes: SHAPES,
    because:
      "the command line is a client like every other: what it cannot get from the admin API, the API lacks; only where no " +
      "gateway runs it is handed a way to the parts by its entry",
  },
  {
    from: gateway("cli"),
    not: gateway("auth", "ledger", "request-log", "limits", "routing"),
    butTypes: SHAPES,
    because:
      "users, keys, usage and logs have one owner; a command that reads or writes them by itself would disagree with it",
  },
  {
    from: ["src-gateway/"],
    not: ["src-main/", "src-renderer/", "npm:electron"],
    because: "the gateway runs alone on a server; it must not need a desktop",
  },
  {
    from: ["src-renderer/"],
    not: ["src-gateway/", "src-main/", "node:"],
    but: gateway("admin-api/contract", "ir", "protocols"),
    butTypes: ["src-main/preload.ts"],
    because:
      "the console runs in a browser too, and reaches the gateway only through the admin API, and the app around it " +
      "only through what its preload script offers",
  },
  {
    from: ["src-main/"],
    not: ["src-gateway/", "src-renderer/"],
    but: ["src-gateway/index.ts", ...gateway("admin-api/contract", "ir", "lib")],
    butTypes: ["src-gateway/settings/types.ts"],
    because:
      "createGateway in index.ts is the only way in; past it, the shell would depend on how the gateway is built",
  },
  {
    from: ["src-gateway/", "src-main/", "src-renderer/"],
    not: ["test/", "config/tooling/"],
    because: "what ships must not need what tests it",
  },
];
