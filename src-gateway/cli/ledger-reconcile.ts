import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { ReconcileResult } from "../admin-api/contract/ledger-schemas.ts";
import { usdOfNano } from "../lib/usd.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import { contextOf } from "./context.ts";
import { count, harmless } from "./format.ts";
import { runJob } from "./ledger-job.ts";
import { readTextFile } from "./read-file.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

type Line = ReconcileResult["lines"][number];

interface Flags {
  provider: string[];
  key: Record<string, string>;
  out?: string;
  all?: true;
}

const collect = (value: string, before: string[]): string[] => [...before, value];

function collectKey(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.lastIndexOf("=");
  if (at <= 0 || at === text.length - 1) throw new InvalidArgumentError("Write it like key_abc=openai.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

export function addLedgerReconcile(ledger: Command, world: CliWorld): void {
  ledger
    .command("reconcile")
    .description("hold a provider's usage or cost export beside the ledger")
    .argument("<file>", "the export of OpenAI or Anthropic, CSV or JSON")
    .option("--provider <id>", "the provider whose requests are compared; several times for several", collect, [])
    .option(
      "--provider-key <key=id>",
      "which provider uses which key of the export; other keys are left out",
      collectKey,
      {},
    )
    .option("--evidence <file>", "write the requests behind each line that differs, one JSON object a line")
    .option("--all", "show the lines that agree, too")
    .action(async (file: string, options: Record<string, unknown>, command: Command) => {
      const flags: Flags = {
        provider: options["provider"] as string[],
        key: options["providerKey"] as Record<string, string>,
        ...(options["evidence"] === undefined ? {} : { out: options["evidence"] as string }),
        ...(options["all"] === true ? { all: true as const } : {}),
      };
      if (flags.provider.length === 0 && Object.keys(flags.key).length === 0)
        throw new CliError(EXIT.usage, "say whose requests to compare: --provider <id>, or --provider-key <key=id>");
      const { printer, withGateway } = contextOf(command, world);
      const text = await readTextFile(world, file);
      const result = await withGateway(async (connection) => {
        const body = { text, providers: flags.provider, keys: flags.key };
        const begun = await connection.client.call("reconcileLedger", { body });
        const found = await runJob(connection, world, begun, (schemas) => schemas.reconcileResultSchema);
        if (flags.out !== undefined) await writeEvidence(connection, resolve(world.cwd, flags.out), found);
        return found;
      });
      if (await printer.data(result)) return;
      const lines = flags.all ? result.lines : result.lines.filter(({ isSame }) => !isSame);
      if (lines.length > 0) await printer.list(lines, COLUMNS, "");
      for (const line of summaryOf(result)) printer.line(harmless(line));
    });
}

function summaryOf(result: ReconcileResult): string[] {
  const { shape, firstDay, lastDay, same, differing, theirNano, ourNano, otherKeys, notes } = result;
  const money =
    theirNano === null ? "" : ` The provider charged ${usdOfNano(theirNano)}, the ledger has ${usdOfNano(ourNano)}.`;
  return [
    `${shape}, ${firstDay} to ${lastDay}: ${count(same)} lines agree, ${count(differing)} differ.${money}`,
    ...otherKeys.map(({ key, lines, costNano }) => {
      const cost = costNano === null ? "" : `, ${usdOfNano(costNano)}`;
      return `Left out: ${count(lines)} lines of the key ${key}${cost}.`;
    }),
    ...notes,
  ];
}

const gap = (value: number | null): string => (value === null ? "–" : `${value > 0 ? "+" : ""}${signed(value)}`);
const signed = (value: number): string => (value < 0 ? `-${count(-value)}` : count(value));

const COLUMNS: Column<Line>[] = [
  { title: "DAY", value: ({ day }) => day },
  { title: "MODEL", value: ({ model }) => (model === "" ? "all" : model), min: 12 },
  { title: "KEY", value: ({ key }) => key ?? "–", min: 6, leaveOut: 2 },
  { title: "REQUESTS", value: ({ deltaRequests }) => gap(deltaRequests), right: true, leaveOut: 3 },
  { title: "TOKENS", value: ({ deltaTokens }) => gap(deltaTokens), right: true },
  { title: "COST", value: ({ deltaNano }) => (deltaNano === null ? "–" : usdOfNano(deltaNano)), right: true },
  { title: "WHY", value: ({ causes, isSame }) => (isSame ? "the same" : (causes[0]?.text ?? "unknown")), min: 12 },
];

/** Page by page, as a busy day has more requests than should be held at once. */
async function writeEvidence({ client }: Connection, file: string, { lines }: ReconcileResult): Promise<void> {
  const handle = await open(file, "w", 0o600);
  try {
    for (const { day, model, key, providers, causes } of lines.filter(({ isSame }) => !isSame)) {
      for (let afterId: number | null = 0; afterId !== null; ) {
        const query = { providers: providers.join(","), day, model, afterId };
        const page: { rows: Record<string, unknown>[]; nextAfterId: number | null } = await client.call(
          "ledgerEvidence",
          { query },
        );
        const line = { day, model, key, causes: causes.map(({ cause }) => cause) };
        if (page.rows.length > 0)
          await handle.write(page.rows.map((row) => `${JSON.stringify({ line, ...row })}\n`).join(""));
        afterId = page.nextAfterId;
      }
    }
  } finally {
    await handle.close();
  }
}
