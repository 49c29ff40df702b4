import type { Command } from "commander";
import { contextOf } from "./context.ts";
import { printOne, write } from "./output.ts";

export function addConsole(program: Command): void {
  program
    .command("console")
    .description("print an address that signs a browser in once, within a minute")
    .action(async (_options, command: Command) => {
      const { form, with: withGateway } = contextOf(command);
      const { consoleUrl, code } = await withGateway(
        async ({ client }) => ({ ...(await client.call("getStatus")), ...(await client.call("createCode", { body: {} })) }),
        { needsDaemon: true },
      );
      // Behind the mark: browsers never send that part, so the code reaches no log on its way.
      const address = `${consoleUrl}#code=${code}`;
      if (form === "table") write(address);
      else printOne({ url: address }, form, []);
    });
}
