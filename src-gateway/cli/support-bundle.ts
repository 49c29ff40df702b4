/** `gateway support-bundle`: what to send along with a question, after a look at it. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { count } from "./format.ts";
import type { CliWorld } from "./world.ts";

export function addSupportBundle(program: Command, world: CliWorld): void {
  program
    .command("support-bundle")
    .description("write what somebody who helps needs to know: no secrets, prompts, names or e-mail addresses")
    .argument("<file>", "a file that is not there yet")
    .option("-y, --yes", "do not ask before it is written")
    .action(async (file: string, flags: { yes?: true }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const bundle = await withGateway(({ client }) => client.call("getSupportBundle"));
      for (const { name, bytes } of bundle.sections) printer.note(`${name.padEnd(14)} ${count(bytes)} bytes`);
      if (!flags.yes && world.ask) {
        const answer = await world.ask("Write this? [y/N] ");
        if (!/^y(?:es)?$/i.test(answer.trim())) return printer.note("Nothing was written.");
      }
      const path = resolve(world.cwd, file);
      await writeFile(path, bundle.content, { flag: "wx", mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
        throw new CliError(
          EXIT.failed,
          error.code === "EEXIST" ? `${path} is there already.` : `${path} cannot be written (${error.code ?? ""}).`,
        );
      });
      if (await printer.data({ file: path, sections: bundle.sections })) return;
      printer.line(`Written to ${path}. Read it before you send it.`);
    });
}
