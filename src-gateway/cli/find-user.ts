import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Connection } from "./connect.ts";

export type User = ReplyOf<"listUsers">[number];

/** @param wanted an id or an e-mail address. @throws CliError */
export async function findUser({ client }: Connection, wanted: string | undefined): Promise<User> {
  if (wanted === undefined) throw new CliError(EXIT.usage, "Name the user by id or e-mail address.");
  const users = await client.call("listUsers");
  const user = users.find((each) => String(each.id) === wanted || each.email.toLowerCase() === wanted.toLowerCase());
  if (user) return user;
  throw new CliError(
    EXIT.notFound,
    `There is no user "${wanted.slice(0, 100)}". \`gateway admin users list\` shows them.`,
  );
}

/** A user may be named by position or by the flag of the earlier command line. @throws CliError */
export function nameOne(what: string, argument: string | undefined, flag: string | undefined): string {
  const name = argument ?? flag;
  if (name === undefined || name === "") throw new CliError(EXIT.usage, `Name the ${what}.`);
  if (argument !== undefined && flag !== undefined && argument !== flag) {
    throw new CliError(EXIT.usage, `Name one ${what}, not two.`);
  }
  return name;
}
