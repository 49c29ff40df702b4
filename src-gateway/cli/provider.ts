/** `gateway provider`: who can be asked. */
import type { Command } from "commander";
import type { ProviderTestView } from "../admin-api/contract/provider-setup-endpoints.ts";
import type { ProviderView } from "../admin-api/contract/schemas.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { type Context, contextOf } from "./context.ts";
import { harmless } from "./format.ts";
import { printChange } from "./print-change.ts";
import { readSecretInput, valueOfSecret } from "./read-secret-input.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

interface EntryFlags {
  kind?: string;
  baseUrl?: string;
  credential?: string;
  withKey?: true;
  model?: string;
}

export function addProvider(program: Command, world: CliWorld): void {
  const provider = program.command("provider").description("who can be asked");
  provider
    .command("list")
    .description("the configured providers, and how they are")
    .action(async (_flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const rows = await withGateway(({ client }) => client.call("listProviders"));
      await printer.list(rows, COLUMNS, "There is no provider. Add one: gateway provider add openai --with-key");
    });
  withEntry(
    provider.command("add").description("add a provider, or change what is given of one"),
    "a name of your choice",
  )
    .option("--with-key", "ask for its key (or take it from a pipe), and keep it as a secret of the same name")
    .action(async (id: string, flags: EntryFlags, command: Command) => {
      const context = contextOf(command, world);
      const key = flags.withKey ? await readSecretInput(world, valueOfSecret(`the key of ${id}`)) : null;
      const result = await context.withGateway(async ({ client }) => {
        const secret =
          key === null ? null : await client.call("putSecret", { params: { name: id }, body: { value: key } });
        const entry = entryOf(id, flags, secret?.reference ?? flags.credential);
        const path = ["providers", { id }];
        const { value } = await client.call("getConfigDocument");
        const operations = isThere(value, id)
          ? Object.entries(entry).map(([name, text]) => ({ op: "set" as const, path: [...path, name], value: text }))
          : [{ op: "set" as const, path, value: entry }];
        return client.call("editConfig", { body: { operations } });
      });
      await printChange(context.printer, result);
    });
  withEntry(
    provider.command("test").description("reach a provider, show it the key, ask it for one token"),
    "configured, or a kind",
  )
    .option("--with-key", "ask for a key to try; it is not kept")
    .option("--model <model>", "whom to ask for the token; the first of its list when left out")
    .action(async (id: string, flags: EntryFlags, command: Command) => test(contextOf(command, world), id, flags));
  provider
    .command("use")
    .description("send what no route names exactly to a provider, from the next request on")
    .argument("<id>", "as the list names it; none ends that")
    .option("--protocol <protocol>", "only for clients that speak this, such as anthropic-messages")
    .action(async (id: string, flags: { protocol?: "openai-chat" }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const body = { provider: id === "none" ? null : id, ...(flags.protocol ? { protocol: flags.protocol } : {}) };
      const result = await withGateway(({ client }) => client.call("useProvider", { body }));
      await printChange(printer, result);
      if (result.stillElsewhere.length > 0)
        printer.note(`Routed elsewhere by name: ${result.stillElsewhere.join(", ")}.`);
    });
  addSwitch(provider, world, "enable", "ask a provider again that was switched off");
  addSwitch(provider, world, "disable", "ask a provider nothing, and keep its entry");
  addSwitch(provider, world, "remove", "take a provider out of the configuration; its secret stays");
}

function addSwitch(
  provider: Command,
  world: CliWorld,
  verb: "enable" | "disable" | "remove",
  description: string,
): void {
  provider
    .command(verb)
    .description(description)
    .argument("<id>", "as the list names it")
    .action(async (id: string, _flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const path = ["providers", { id }];
      const operation =
        verb === "remove"
          ? { op: "remove" as const, path }
          : { op: "set" as const, path: [...path, "enabled"], value: verb === "enable" };
      const result = await withGateway(async ({ client }) => {
        if (!isThere((await client.call("getConfigDocument")).value, id))
          throw new CliError(EXIT.notFound, `There is no provider "${id}" in the configuration.`);
        return client.call("editConfig", { body: { operations: [operation] } });
      });
      await printChange(printer, result);
    });
}

const withEntry = (command: Command, about: string): Command =>
  command
    .argument("<id>", about)
    .option("--kind <kind>", "a row of the catalogue; the name when left out")
    .option("--base-url <url>", "another address than the catalogue's")
    .option("--credential <place>", "where its key is: env:NAME, file:PATH, keychain:NAME or secret:NAME");

const entryOf = (
  id: string,
  { kind, baseUrl }: EntryFlags,
  credential: string | undefined,
): Record<string, string> => ({
  id,
  ...(kind === undefined ? {} : { kind }),
  ...(baseUrl === undefined ? {} : { base_url: baseUrl }),
  ...(credential === undefined ? {} : { credential }),
});

interface Listed {
  providers?: { id?: unknown }[] | null;
}

const find = (value: unknown, id: string): object | undefined => {
  const { providers } = (value ?? {}) as Listed;
  return Array.isArray(providers) ? providers.find((each) => each.id === id) : undefined;
};
const isThere = (value: unknown, id: string): boolean => find(value, id) !== undefined;

async function test({ printer, withGateway, world }: Context, id: string, flags: EntryFlags): Promise<void> {
  const secret = flags.withKey ? await readSecretInput(world, valueOfSecret(`the key of ${id}`)) : undefined;
  const result: ProviderTestView = await withGateway(async ({ client }) => {
    const saved = find((await client.call("getConfigDocument")).value, id);
    const provider = { ...saved, ...entryOf(id, flags, flags.credential) };
    const body = { provider, ...(secret ? { secret } : {}), ...(flags.model ? { model: flags.model } : {}) };
    return client.call("testProvider", { body });
  });
  if (!(await printer.data(result))) {
    for (const { step, ok, latencyMs, problem, hint } of result.steps) {
      const word = ok === true ? printer.paint("green", "ok") : ok === false ? printer.paint("red", "fail") : "–";
      const said =
        problem === null ? (latencyMs === null ? "" : `${latencyMs} ms`) : `${problem}${hint ? ` (${hint})` : ""}`;
      printer.line(`${word}\t${step}\t${harmless(said)}`);
    }
  }
  if (!result.ok) throw new CliError(EXIT.failed, "");
}

const COLUMNS: Column<ProviderView>[] = [
  { title: "ID", value: ({ id }) => id, min: 8 },
  { title: "KIND", value: ({ name }) => name, leaveOut: 2 },
  { title: "HEALTH", value: ({ health }) => health },
  { title: "KEY", value: ({ credential, credentialState }) => credential ?? credentialState, min: 8, leaveOut: 1 },
  { title: "MODELS", value: ({ modelCount }) => String(modelCount), right: true },
];
