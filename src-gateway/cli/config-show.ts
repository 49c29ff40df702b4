import type { Command } from "commander";
import type { RouteTargetView } from "../admin-api/contract/config-schemas.ts";
import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import { contextOf } from "./context.ts";
import type { Printer } from "./printer.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

type Config = ReplyOf<"getConfig">;

const SETTINGS: Column<Config["settings"][number]>[] = [
  { title: "SETTING", value: ({ key }) => key },
  { title: "VALUE", value: ({ value }) => value, min: 12 },
  {
    title: "FROM",
    value: ({ source }) => source,
    min: 12,
    colour: ({ source }) => (source === "default" ? "dim" : "plain"),
  },
];

const PROVIDERS: Column<Config["providers"][number]>[] = [
  { title: "PROVIDER", value: ({ id }) => id },
  { title: "KIND", value: ({ kind }) => kind },
  { title: "PROTOCOLS", value: ({ protocols }) => Object.keys(protocols).join(", "), min: 12 },
  {
    title: "KEY",
    value: ({ credential, credentialState }) => credential ?? credentialState.replace("_", " "),
    colour: ({ credentialState }) => (credentialState === "missing" ? "red" : "plain"),
    min: 8,
  },
  { title: "FROM", value: ({ where }) => where, min: 8, leaveOut: 1 },
];

/** `openai, weighted(groq/a, groq/b)`. */
const targetsText = (targets: RouteTargetView[]): string => targets.map(targetText).join(", ");

/** `team data; content tools true`: which route it is, not every detail of it. */
function whenText(when: unknown): string {
  if (Array.isArray(when)) return when.map(whenText).join("|");
  if (typeof when !== "object" || when === null) return String(when);
  return Object.entries(when)
    .map(([name, value]) => `${name} ${whenText(value)}`)
    .join("; ");
}

function targetText({ provider = "", model, strategy, targets }: RouteTargetView): string {
  if (targets) return `${strategy ?? ""}(${targetsText(targets)})`;
  return model ? `${provider}/${model}` : provider;
}

const ROUTES: Column<Config["routes"][number]>[] = [
  { title: "ROUTE", value: ({ match, anyModel }) => (anyModel ? "any model" : match) },
  { title: "STRATEGY", value: ({ strategy }) => strategy },
  {
    title: "TARGETS",
    value: ({ targets }) => targetsText(targets),
    min: 12,
  },
  { title: "FROM", value: ({ where }) => where, min: 8, leaveOut: 1 },
];

const WHEN: (typeof ROUTES)[number] = {
  title: "WHEN",
  value: ({ when }) => (when === undefined ? "" : whenText(when)),
  min: 8,
  leaveOut: 2,
};

const ALIASES: Column<[alias: string, model: string]>[] = [
  { title: "ALIAS", value: ([alias]) => alias },
  { title: "MODEL", value: ([, model]) => model },
];

export function addConfigShow(config: Command, world: CliWorld): void {
  config
    .command("show")
    .description("what is in force, and where it comes from; secrets are hidden")
    .action(async (_options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const shown = await withGateway(({ client }) => client.call("getConfig"));
      if (!(await printer.data(shown))) await showTables(printer, shown);
    });
}

async function showTables(
  printer: Printer,
  { settings, providers, routes, aliases, file, problem }: Config,
): Promise<void> {
  await printer.list(settings, SETTINGS, "No settings.");
  printer.line(`\nProviders, routes and aliases: ${file ?? "no file; from settings and environment only"}\n`);
  await printer.list(
    providers,
    PROVIDERS,
    "No providers. Set OPENAI_API_KEY or the like, or write config/gateway.yaml.",
  );
  const pairs = Object.entries(aliases);
  if (routes.length > 0) {
    printer.line("");
    const [match, ...rest] = ROUTES;
    const isConditional = match !== undefined && routes.some(({ when }) => when !== undefined);
    await printer.list(routes, isConditional ? [match, WHEN, ...rest] : ROUTES, "");
  }
  if (pairs.length > 0) {
    printer.line("");
    await printer.list(pairs, ALIASES, "");
  }
  if (problem !== null) printer.line(`\n${printer.paint("red", "The file on disk is not in force:")}\n${problem}`);
}
