import { type Command, InvalidArgumentError } from "commander";
import type { AgentDesk, ConnectPlan, KeyMint } from "../agents/desk.ts";
import type { Target } from "../agents/types.ts";
import { addressOf, modelsOf, openDesk, told } from "./agent-desk.ts";
import { printByHand } from "./agent-print.ts";
import { agentArgument, conflictWords } from "./agents.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import { type Context, contextOf } from "./context.ts";
import { harmless } from "./format.ts";
import type { CliWorld } from "./world.ts";

export interface ConnectFlags {
  all?: true;
  dryRun?: true;
  model?: string;
  yes?: true;
  /** False with --no-key. */
  key?: boolean;
  print?: true;
}

/** The variable with a key that somebody else has made. */
const OWN_KEY = "TOKLIGENCE_CLIENT_KEY";
/** For gateways that ask for none. */
const NO_KEY = "no-key";

export function addAgentConnect(program: Command, world: CliWorld): void {
  const oneModel = (text: string): string => {
    if (!/^[^\s\p{Cc}]{1,200}$/u.test(text)) throw new InvalidArgumentError("A model's name has no blanks.");
    return text;
  };
  program
    .command("connect")
    .description("connect a coding agent of this computer: a key of its own, written into its settings")
    .addArgument(agentArgument(program, "[agent]"))
    .option("--all", "all that are installed and can be written")
    .option("--dry-run", "only show what would be written")
    .option("--model <model>", "the model to begin with", oneModel)
    .option("-y, --yes", "do not ask")
    .option("--no-key", `make no client key: write the one in ${OWN_KEY}, or none`)
    .option("--print", "only show what to do by hand")
    .action(async (id: string | undefined, flags: ConnectFlags, command: Command) => {
      const context = contextOf(command, world);
      await context.withGateway(async (connection) => {
        const desk = await openDesk(context, connection);
        const ids = await chosen(desk, id, flags);
        const run = { context, connection, desk, flags };
        if (flags.print) {
          for (const each of ids) await printByHand(context, desk.recipe(each), await targetFor(run, each));
        } else await connectEach(run, ids);
      });
    });
  program
    .command("repair")
    .description("write the settings of a connected agent again, for this gateway's address")
    .addArgument(agentArgument(program, "<agent>"))
    .option("--dry-run", "only show what would be written")
    .option("-y, --yes", "do not ask")
    .action(async (id: string, flags: ConnectFlags, command: Command) => {
      const context = contextOf(command, world);
      await context.withGateway(async (connection) => {
        const desk = await openDesk(context, connection);
        const { journal } = await told(desk.state(id));
        if (journal === null)
          throw new CliError(EXIT.failed, `${id} is not connected. \`gateway connect ${id}\` connects it.`);
        const model = journal.model === null ? {} : { model: journal.model };
        await connectOne(
          { context, connection, desk, flags: { ...flags, ...model, key: journal.apiKeyId !== null } },
          id,
        );
      });
    });
}

interface Run {
  context: Context;
  connection: Connection;
  desk: AgentDesk;
  flags: ConnectFlags;
}

async function chosen(desk: AgentDesk, id: string | undefined, { all }: ConnectFlags): Promise<string[]> {
  if (id !== undefined && !all) return [id];
  if (id !== undefined || !all)
    throw new CliError(EXIT.usage, "Name an agent, or say --all. `gateway agents` lists them.");
  const states = await told(desk.list());
  return states
    .filter(({ recipe, installed }) => recipe.support === "written" && installed !== null)
    .map(({ recipe }) => recipe.id);
}

/** One that is refused does not keep the others from being connected. */
async function connectEach(run: Run, ids: string[]): Promise<void> {
  const { printer } = run.context;
  const [only] = ids;
  if (only !== undefined && ids.length === 1) return connectOne(run, only);
  const failed: string[] = [];
  for (const id of ids) {
    await connectOne(run, id).catch((error: unknown) => {
      if (!(error instanceof CliError)) throw error;
      failed.push(id);
      printer.note(`${id}: ${harmless(error.message)}`);
    });
  }
  if (ids.length === 0) printer.note("No agent that can be connected was found on this computer.");
  if (failed.length > 0) throw new CliError(EXIT.failed, `not connected: ${failed.join(", ")}`);
}

async function targetFor({ context, connection, desk, flags }: Run, id: string): Promise<Omit<Target, "token">> {
  const models = await modelsOf(connection);
  const model = flags.model ?? (desk.recipe(id).needsModel ? (models[0]?.id ?? null) : null);
  return { baseUrl: await addressOf(context, connection), model, models };
}

async function connectOne(run: Run, id: string): Promise<void> {
  const { context, connection, desk, flags } = run;
  const { printer } = context;
  const recipe = desk.recipe(id);
  if (recipe.support !== "written") return printByHand(context, recipe, await targetFor(run, id));
  const target = await targetFor(run, id);
  const plan = await told(desk.plan(id, { ...target, token: "a key that is not made yet" }));
  if (flags.dryRun && (await printer.data(planData(plan)))) return;
  if (printer.form === "table") showPlan(context, plan);
  if (flags.dryRun) return;
  await confirm(context, flags, `Connect ${recipe.title}?`);
  let token = "";
  const { replacedKeyId, journal } = await told(
    desk.connect(id, target, async (known) => {
      const key = known ?? (await mint(run, id));
      token = key.token;
      return key;
    }),
  );
  if (replacedKeyId !== null) await connection.client.call("revokeKey", { params: { id: replacedKeyId } });
  const handed = recipe.keyByHand === true ? token : null;
  const done = {
    id,
    files: journal.files.map(({ path }) => path),
    baseUrl: target.baseUrl,
    apiKeyId: journal.apiKeyId,
    key: handed,
  };
  if (await printer.data(done)) return;
  printer.line(printer.paint("green", `${recipe.title} is connected to ${target.baseUrl}.`));
  if (handed !== null) printer.line(`Its key, which is not shown again: ${handed}`);
  for (const step of recipe.afterwards) printer.line(`- ${step}`);
  if (connection.via === "database") printer.note("No gateway runs yet: start it with `gatewayd`.");
}

const planData = ({ recipe, ...plan }: ConnectPlan) => ({ id: recipe.id, title: recipe.title, ...plan });

function showPlan({ printer }: Context, { files, conflicts }: ConnectPlan): void {
  for (const { diff, path, overwritten, isReadByOthers } of files) {
    if (diff === "") printer.line(`${path} is as it should be.`);
    for (const line of diff === "" ? [] : diff.split("\n")) {
      const colour = /^(?:---|\+\+\+|@@)/.test(line)
        ? "dim"
        : line.startsWith("+")
          ? "green"
          : line.startsWith("-")
            ? "red"
            : "plain";
      printer.line(printer.paint(colour, harmless(line)));
    }
    for (const { key, line } of overwritten)
      printer.note(`${path}:${line ?? ""} ${key} was changed since, and is about to be set again.`);
    if (isReadByOthers)
      printer.note(`${path} can be read by others on this computer, and a key goes into it: chmod 600 keeps it yours.`);
  }
  for (const conflict of conflicts) printer.note(harmless(conflictWords(conflict)));
}

/** @throws CliError when the answer is no, or nobody is there to give one. */
export async function confirm({ world }: Context, { yes }: { yes?: true }, question: string): Promise<void> {
  if (yes) return;
  if (!world.ask) throw new CliError(EXIT.usage, "Nobody is here to be asked, so nothing was written. Say --yes.");
  const answer = await world.ask(`${question} [y/N] `);
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CliError(EXIT.failed, "Nothing was written.");
}

async function mint({ context, connection, flags }: Run, id: string): Promise<KeyMint> {
  const own = context.world.env[OWN_KEY];
  if (flags.key === false) return { id: null, token: own ?? NO_KEY };
  const { client } = connection;
  const { keyScopes } = await import("../agents/view.ts");
  const root = (await client.call("listUsers")).find(
    ({ role, status }) => role === "root_admin" && status === "active",
  );
  if (!root)
    throw new CliError(
      EXIT.failed,
      `There is no active root administrator to make a key for. Put a key into ${OWN_KEY} and say --no-key.`,
    );
  const { key, token } = await client.call("createUserKey", {
    params: { id: root.id },
    body: { name: id, scopes: keyScopes(id) },
  });
  return { id: key.id, token };
}
