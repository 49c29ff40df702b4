import { GatewayError } from "../../ir/errors.ts";
import { valueOf } from "../../revisions/edit-document.ts";
import { listChanges } from "../../revisions/list-changes.ts";
import type { ChangeRequest, ChangeResult, RevisionWithText } from "../../revisions/types.ts";
import { unifiedDiff } from "../../revisions/unified-diff.ts";
import { leavesOf } from "../../settings/route-types.ts";

import type { CONFIGURATION_ENDPOINTS } from "../contract/configuration-endpoints.ts";
import type { AdminDeps } from "../deps.ts";
import { positionIn, toPage } from "../paging.ts";
import { authorOf } from "./author.ts";
import { requireOperatorForPrograms } from "./programs.ts";
import type { HandlerInput, Handlers } from "./types.ts";

export const configurationHandlers: Pick<Handlers, keyof typeof CONFIGURATION_ENDPOINTS> = {
  async getConfigDocument({ deps }) {
    const { desk, source, file } = deps.configuration;
    const state = await desk.document();
    return { ...state, value: valueOf(state.text) ?? null, source, file };
  },
  async putConfigDocument(input) {
    const { body, request } = input;
    if (body.revision === undefined && request.headers["if-match"] === undefined)
      throw new GatewayError(
        "invalid_request",
        "Say which revision the text was made from, as `revision` or by If-Match, so that nobody's change is lost.",
        { param: "revision" },
      );
    return change(input, { text: body.text }, input.query.check);
  },
  editConfig: (input) => change(input, { operations: input.body.operations }, input.query.check),
  async useProvider(input) {
    const { provider, protocol } = input.body;
    const value = valueOf((await input.deps.configuration.desk.document()).text);
    const now = (value as { default_provider?: unknown } | null)?.default_provider;
    const result = await change(input, { operations: [useOperation(now, provider, protocol)] });
    return { ...result, stillElsewhere: provider === null ? [] : routedElsewhere(input.deps, provider) };
  },
  async listConfigRevisions({ deps, query }) {
    const beforeId = positionIn("config-revisions", query);
    const rows = await deps.configuration.desk.list({
      ...(beforeId === undefined ? {} : { beforeId }),
      limit: query.limit + 1,
    });
    return toPage("config-revisions", query, rows, { positionOf: ({ id }) => id, toItem: (row) => row });
  },
  getConfigRevision: ({ deps, params }) => findRevision(deps, Number(params["id"])),
  async diffConfig({ deps, query }) {
    const from = await findRevision(deps, query.from);
    const { revision, text } = await deps.configuration.desk.document();
    const to = query.to === undefined ? { id: revision?.id ?? 0, text } : await findRevision(deps, query.to);
    const diff = unifiedDiff({ ...from, name: `revision ${from.id}` }, { ...to, name: `revision ${to.id}` });
    return { from: from.id, to: to.id, diff, changes: listChanges(valueOf(from.text), valueOf(to.text)) };
  },
  rollbackConfig: (input) => change(input, { rollbackTo: input.body.to }, input.query.check),
  getConfigSchema: ({ deps }) => deps.configuration.schema(),
};

type ChangeInput =
  | HandlerInput<"putConfigDocument">
  | HandlerInput<"editConfig">
  | HandlerInput<"useProvider">
  | HandlerInput<"rollbackConfig">;

async function change(input: ChangeInput, what: ChangeRequest["change"], checkOnly = false): Promise<ChangeResult> {
  const { deps, caller, body, record } = input;
  const before = (await deps.configuration.desk.document()).revision;
  const result = await deps.configuration.desk.change({
    change: what,
    base: body.revision ?? null,
    author: authorOf(caller),
    message: body.message ?? null,
    checkOnly,
    overwrite: body.overwrite ?? false,
    mayApply: (old, now) => requireOperatorForPrograms(caller, old, now),
  });
  const { applied, revision, problems, changes } = result;
  if (problems.length > 0 && !checkOnly) throw refused(problems);
  await record(
    applied
      ? {
          action: "rollbackTo" in what ? "config.rollback" : "config.apply",
          target: { kind: "config", id: String(revision?.id ?? ""), name: null },
          before: { revision: before?.id ?? null },
          after: { revision: revision?.id ?? null, basedOn: revision?.basedOn ?? null, changes },
        }
      : null,
  );
  return result;
}

function refused(problems: ChangeResult["problems"]): GatewayError {
  const lines = problems.map(({ line, column, key, problem, hint }) => {
    const place = line === null ? "" : `line ${line}${column === null ? "" : `, column ${column}`}: `;
    return `${place}${key}: ${problem}${hint === "" ? "" : ` (${hint})`}`;
  });
  return new GatewayError("invalid_request", `Nothing was changed. ${lines.join("; ")}.`, { problems });
}

async function findRevision({ configuration }: AdminDeps, id: number): Promise<RevisionWithText> {
  const found = Number.isSafeInteger(id) ? await configuration.desk.find(id) : null;
  if (found === null) throw new GatewayError("not_found", "There is no such revision of this configuration.");
  return found;
}

function useOperation(
  now: unknown,
  provider: string | null,
  protocol: string | undefined,
): { op: "set"; path: string[]; value: unknown } | { op: "remove"; path: string[] } {
  const path = ["default_provider"];
  if (protocol === undefined) return provider === null ? { op: "remove", path } : { op: "set", path, value: provider };
  const isMap = typeof now === "object" && now !== null && !Array.isArray(now);
  const map: Record<string, unknown> = isMap ? { ...now } : now === undefined || now === null ? {} : { "*": now };
  if (provider === null) delete map[protocol];
  else map[protocol] = provider;
  return Object.keys(map).length === 0 ? { op: "remove", path } : { op: "set", path, value: map };
}

const routedElsewhere = (deps: AdminDeps, provider: string): string[] =>
  deps
    .config()
    .routes.filter(({ match, anyModel, targets }) => {
      const isExact = anyModel !== true && !/[*?]/.test(match);
      return isExact && !leavesOf(targets as Parameters<typeof leavesOf>[0]).some((each) => each.provider === provider);
    })
    .map(({ match }) => match);
