import type { Command } from "commander";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { count, harmless } from "./format.ts";
import { runJob } from "./ledger-job.ts";
import { readTextFile } from "./read-file.ts";
import type { CliWorld } from "./world.ts";

export function addLedgerVerify(ledger: Command, world: CliWorld): void {
  ledger
    .command("verify")
    .description("check that nothing in the ledger was changed, removed or added behind the gateway's back")
    .option("--statement <file>", "the JSON file of a signed statement, as a witness")
    .action(async (flags: { statement?: string }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const statement = flags.statement === undefined ? undefined : await readTextFile(world, flags.statement);
      const report = await withGateway(async (connection) => {
        const body = statement === undefined ? {} : { statement };
        return runJob(
          connection,
          world,
          await connection.client.call("verifyLedger", { body }),
          (schemas) => schemas.verifyResultSchema,
        );
      });
      if (!(await printer.data(report))) {
        for (const { text } of report.findings) printer.line(`${printer.paint("red", "✗")} ${harmless(text)}`);
        if (report.moreFindings > 0) printer.line(`… and ${count(report.moreFindings)} more`);
        const { exchanges, corrections, chains, days } = report;
        const what = `${count(exchanges)} exchanges, ${count(corrections)} corrections, ${count(chains)} chains, sums of ${count(days)} days`;
        const good = report.statement === null ? "" : `, as the statement for ${report.statement.month} says`;
        printer.line(report.isIntact ? `The ledger is as it was written: ${what}${good}.` : `Checked: ${what}.`);
        if (report.unvouched > 0)
          printer.line(`${count(report.unvouched)} exchanges are older than the chain: nothing vouches for them.`);
      }
      if (!report.isIntact) {
        const findings = report.findings.length + report.moreFindings;
        throw new CliError(EXIT.failed, `the ledger is damaged: ${count(findings)} findings`);
      }
    });
}
