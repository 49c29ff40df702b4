/** `gateway secret remove-originals`: moved keys out of the files that they came from, with a look before and a way back. */
import type { Command } from "commander";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import type { CliWorld } from "./world.ts";

export function addSecretOriginals(secret: Command, world: CliWorld): void {
  secret
    .command("remove-originals")
    .description("take keys that the gateway keeps out of files of your home folder, after showing what changes")
    .option("-y, --yes", "do not ask")
    .option("--undo", "put the lines back")
    .action(async (flags: { yes?: true; undo?: true }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      await withGateway(async ({ client }) => {
        if (flags.undo) {
          const done = await client.call("restoreOriginalKeys");
          if (await printer.data(done)) return;
          for (const { name, variable } of done.restored) printer.line(`~/${name}: ${variable} is back`);
          for (const { name, variable } of done.gone)
            printer.note(`~/${name}: the line of ${variable} was changed meanwhile, and is left as it is.`);
          if (done.restored.length + done.gone.length === 0) printer.note("Nothing had been taken out.");
          return;
        }
        const { files } = await client.call("findOriginalKeys");
        for (const { name, diff, left } of files) {
          if (diff !== "") printer.note(diff);
          for (const { line, variable } of left)
            printer.note(`~/${name}:${line} holds a key (${variable}) among other things: take it out by hand.`);
        }
        const ids = files.flatMap(({ keys }) => keys.map(({ id }) => id));
        if (ids.length === 0) return printer.note("No key of the gateway stands in your files.");
        if (!flags.yes && !(await isWanted(world, ids.length))) return printer.note("Nothing was changed.");
        const removed = await client.call("removeOriginalKeys", { body: { ids } });
        if (await printer.data(removed)) return;
        for (const { name, variable, secret: kept } of removed)
          printer.line(`~/${name}: ${variable} is out, kept as secret:${kept}`);
        printer.note("Shells that are open still know them. `gateway secret remove-originals --undo` puts them back.");
      });
    });
}

async function isWanted(world: CliWorld, count: number): Promise<boolean> {
  if (!world.ask) throw new CliError(EXIT.usage, "Nobody is there to be asked. Say --yes.");
  const answer = await world.ask(`Take ${count === 1 ? "this key" : `these ${count} keys`} out? [y/N] `);
  return /^y(?:es)?$/i.test(answer.trim());
}
