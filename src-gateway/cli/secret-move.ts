/** `gateway secret find` and `move`: keys out of variables and files, with consent. */
import type { Command } from "commander";
import type { FoundKeyView } from "../admin-api/contract/found-key-endpoints.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

export function addSecretMove(secret: Command, world: CliWorld): void {
  secret
    .command("find")
    .description("providers' keys in variables and in files of other programs, never their values")
    .action(async (_flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      await printer.list(await withGateway(({ client }) => client.call("findKeys")), COLUMNS, NONE);
    });
  secret
    .command("move")
    .description("keep such keys in the keychain or the sealed store; variables and files stay as they are")
    .argument("[provider...]", "whose keys; all that were found when left out")
    .option("-y, --yes", "do not ask")
    .action(async (providers: string[], flags: { yes?: true }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      await withGateway(async ({ client }) => {
        const found = (await client.call("findKeys")).filter(
          ({ provider }) => providers.length === 0 || providers.includes(provider),
        );
        if (found.length === 0) return printer.note(NONE);
        if (!flags.yes) {
          for (const { provider, where } of found) printer.note(`${provider}  ${where}`);
          if (!world.ask) throw new CliError(EXIT.usage, "Nobody is there to be asked. Say --yes.");
          const answer = await world.ask(
            `Keep ${found.length === 1 ? "this key" : "these keys"} in the secret store? [y/N] `,
          );
          if (!/^y(?:es)?$/i.test(answer.trim())) return printer.note("Nothing was moved.");
        }
        const moved = await client.call("moveKeys", { body: { ids: found.map(({ id }) => id) } });
        if (await printer.data(moved)) return;
        for (const { provider, reference, place } of moved) printer.line(`${provider}: ${reference}, in the ${place}`);
        printer.note(
          "Variables and files were left as they are. When all works, `gateway secret remove-originals` takes the keys out.",
        );
      });
    });
}

const NONE = "No key was found that could be moved.";

const COLUMNS: Column<FoundKeyView>[] = [
  { title: "PROVIDER", value: ({ provider }) => provider },
  { title: "WHERE", value: ({ where }) => where, min: 10 },
  { title: "USED", value: ({ inUse }) => (inUse ? "yes" : "not yet") },
];
