import type { Command } from "commander";
import { contextOf } from "./context.ts";
import type { CliWorld } from "./world.ts";

export function addConsole(program: Command, world: CliWorld): void {
  program
    .command("console")
    .description("print an address that signs a browser in once, within a minute")
    .action(async (_options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const { consoleUrl, code, expiresAtUs } = await withGateway(
        async ({ client, url }) => ({
          // A gateway elsewhere knows only the address it has there.
          consoleUrl: url === null ? (await client.call("getStatus")).consoleUrl : `${url}/console/`,
          ...(await client.call("createCode")),
        }),
        { needsDaemon: true },
      );
      // Behind the mark: browsers never send that part, so the code reaches no log on its way.
      const address = `${consoleUrl}#code=${code}`;
      if (!(await printer.data({ url: address, expiresAtUs }))) printer.line(address);
    });
}
