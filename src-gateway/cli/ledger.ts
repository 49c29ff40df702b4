import type { Command } from "commander";
import { addLedgerImport } from "./ledger-import.ts";
import { addLedgerReconcile } from "./ledger-reconcile.ts";
import { addLedgerRecost } from "./ledger-recost.ts";
import { addLedgerStatement } from "./ledger-statement.ts";
import { addLedgerVerify } from "./ledger-verify.ts";
import { addLedgerWhy } from "./ledger-why.ts";
import type { CliWorld } from "./world.ts";

export function addLedger(program: Command, world: CliWorld): void {
  const ledger = program.command("ledger").description("proof, corrections, statements and bills");
  addLedgerVerify(ledger, world);
  addLedgerWhy(ledger, world);
  addLedgerRecost(ledger, world);
  addLedgerStatement(ledger, world);
  addLedgerReconcile(ledger, world);
  addLedgerImport(ledger, world);
}
