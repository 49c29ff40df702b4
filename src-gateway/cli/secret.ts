/** `gateway secret`: keys that the configuration refers to by name. */
import type { Command } from "commander";
import type { SecretView } from "../admin-api/contract/switch-endpoints.ts";
import { contextOf } from "./context.ts";
import { shortWhen } from "./format.ts";
import { readSecretInput, valueOfSecret } from "./read-secret-input.ts";
import { addSecretMove } from "./secret-move.ts";
import { addSecretOriginals } from "./secret-originals.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

export function addSecret(program: Command, world: CliWorld): void {
  const secret = program.command("secret").description("keys that the configuration refers to by name");
  secret
    .command("set")
    .description("keep a key; its value comes from a pipe, or is asked for and not shown")
    .argument("<name>", "letters, digits, dot, dash and underscore")
    .action(async (name: string, _flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const value = await readSecretInput(world, valueOfSecret(name));
      const kept = await withGateway(({ client }) => client.call("putSecret", { params: { name }, body: { value } }));
      if (!(await printer.data(kept))) printer.line(`Kept in the ${kept.place}. Write credential: ${kept.reference}`);
    });
  secret
    .command("list")
    .description("names of kept keys and where they are, never values")
    .action(async (_flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      await printer.list(await withGateway(({ client }) => client.call("listSecrets")), COLUMNS, "No secret is kept.");
    });
  addSecretMove(secret, world);
  addSecretOriginals(secret, world);
  secret
    .command("remove")
    .description("forget a kept key")
    .argument("<name>", "as the list names it")
    .action(async (name: string, _flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const gone = await withGateway(({ client }) => client.call("deleteSecret", { params: { name } }));
      if (!(await printer.data(gone))) printer.line(`${gone.name} is forgotten.`);
    });
}

const COLUMNS: Column<SecretView>[] = [
  { title: "NAME", value: ({ name }) => name, min: 8 },
  { title: "PLACE", value: ({ place }) => place },
  { title: "REFERENCE", value: ({ reference }) => reference, leaveOut: 1 },
  { title: "SINCE", value: ({ updatedAtUs }) => (updatedAtUs === null ? "–" : shortWhen(updatedAtUs)) },
];
