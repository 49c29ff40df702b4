/** What a key may use, as flags of the command line. */
import { type Command, InvalidArgumentError } from "commander";
import type { BodyOf } from "../admin-api/contract/endpoints.ts";
import type { Connection } from "./connect.ts";
import { findProject, findTeam } from "./find-team.ts";
import { usd } from "./format.ts";
import { parseSpan } from "./parse-time.ts";

type Terms = Pick<BodyOf<"createTeamKey">, "scopes" | "limits" | "addresses" | "projectId">;
type Limits = NonNullable<Terms["limits"]>;
type Budget = NonNullable<Limits["budget"]>;

export interface TermFlags {
  scopes?: string[];
  rpm?: number;
  tpm?: number;
  concurrent?: number;
  budget?: Budget | "none";
  addresses?: string[];
  team?: string;
  project?: string;
}

export function withTerms(command: Command): Command {
  return command
    .option(
      "--scopes <list>",
      "what it may be used for, such as chat,model:gpt-*; docs/users-and-keys.md lists them",
      words,
    )
    .option("--rpm <number>", "requests a minute", whole)
    .option("--tpm <number>", "tokens a minute", whole)
    .option("--concurrent <number>", "requests at once", whole)
    .option("--budget <amount>", "such as 20usd/month, 5000000tokens/day or 1000requests/week; none ends it", budget)
    .option("--addresses <list>", "addresses and networks that it is good at, such as 10.0.0.0/8; any ends it", words)
    .option("--project <project>", "the project of requests that name none (id or name)");
}

const words = (text: string): string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");

function whole(text: string): number {
  const value = Number(text);
  if (/^\d{1,15}$/.test(text)) return value;
  throw new InvalidArgumentError("Write a whole number.");
}

const NANO = 1_000_000_000;

function budget(text: string): Budget | "none" {
  if (text === "none") return text;
  const match = /^(\d+(?:\.\d+)?)\s*(usd|tokens|requests)\/(day|week|month|total)$/i.exec(text.trim());
  const unit = match?.[2]?.toLowerCase();
  const per = match?.[3]?.toLowerCase();
  const limit = Math.round(Number(match?.[1]) * (unit === "usd" ? NANO : 1));
  if (!match || !Number.isSafeInteger(limit))
    throw new InvalidArgumentError("Write it like 20usd/month, 5000000tokens/day or 1000requests/total.");
  return { unit: unit as Budget["unit"], per: per as Budget["per"], limit };
}

/** Zero is allowed: the token before ends at once. @throws InvalidArgumentError */
export const parseOverlap = (text: string): number => (/^0[smhdw]?$/.test(text) ? 0 : parseSpan(text));

/** @param before limits that go on where no flag says otherwise. */
export async function termsOf(connection: Connection, flags: TermFlags, before: Limits | null): Promise<Terms> {
  const { scopes, rpm, tpm, concurrent, addresses, project } = flags;
  const isLimited = [rpm, tpm, concurrent, flags.budget].some((value) => value !== undefined);
  const { budget: budgetBefore, ...rates } = before ?? {};
  const kept = flags.budget === undefined ? budgetBefore : flags.budget === "none" ? undefined : flags.budget;
  const limits: Limits = {
    ...rates,
    ...(rpm === undefined ? {} : { requestsPerMinute: rpm }),
    ...(tpm === undefined ? {} : { tokensPerMinute: tpm }),
    ...(concurrent === undefined ? {} : { concurrent }),
    ...(kept === undefined ? {} : { budget: kept }),
  };
  return {
    ...(scopes === undefined ? {} : { scopes }),
    ...(isLimited ? { limits } : {}),
    ...(addresses === undefined ? {} : { addresses: addresses.includes("any") ? null : addresses }),
    ...(project === undefined ? {} : { projectId: (await findProject(connection, project)).id }),
  };
}

export async function teamIdOf(connection: Connection, team: string | undefined): Promise<number | undefined> {
  return team === undefined ? undefined : (await findTeam(connection, team)).id;
}

export function limitsInWords(limits: Limits | null): string {
  if (limits === null) return "–";
  const { requestsPerMinute, tokensPerMinute, concurrent, budget: spend } = limits;
  return [
    ...(requestsPerMinute === undefined ? [] : [`${requestsPerMinute} rpm`]),
    ...(tokensPerMinute === undefined ? [] : [`${tokensPerMinute} tpm`]),
    ...(concurrent === undefined ? [] : [`${concurrent} at once`]),
    ...(spend === undefined
      ? []
      : [`${spend.unit === "usd" ? usd(spend.limit) : `${spend.limit} ${spend.unit}`}/${spend.per}`]),
  ].join(", ");
}
