import { useCallback, useMemo, useRef, useState } from "react";
import type { AdminClient } from "../../src-gateway/admin-api/contract/client.ts";
import type { ReplyOf } from "../../src-gateway/admin-api/contract/endpoints.ts";
import { type Action, useAction } from "../api/use-action.ts";
import { type Query, useQuery } from "../api/use-query.ts";
import { showToast } from "../components/toasts.tsx";
import { t } from "../i18n/t.ts";
import { type ConfigValue, type Operation, readConfigValue } from "./config-value.ts";

/** The configuration that somebody sees while they change it. */
export interface Basis {
  /** Undefined where there is none, or while the gateway has not said yes to what is shown before that. */
  revision: number | undefined;
  /** The gateway has said no: what was shown was never in force. */
  isRefused: boolean;
}

export interface ConfigChange {
  operations: Operation[];
  /** What the history says of it, and what is said when it is done. */
  message: string;
  /** What takes it back, value by value, so that what others changed since stays. */
  undo?: Operation[];
  /** How the page looks before the gateway has said yes. */
  supposed?: ConfigValue;
  /** Refused when anything else is in force by then: for what goes by places in a list. */
  basis?: Basis;
}

export interface Configuration {
  query: Query<ReplyOf<"getConfigDocument">>;
  /** What is in force, or is about to be. */
  value: ConfigValue;
  /** What `value` is of. */
  basis: Basis;
  /** Shows what it did, with a way back; null when it was refused, which is said as well. One after the other. */
  change: Action<ConfigChange, ReplyOf<"editConfig">>;
}

/** The configuration in force, and small changes to it. @param onChanged reads anew what depends on it. */
export function useConfiguration(onChanged: () => void = () => {}): Configuration {
  const query = useQuery("config-document", (client) => client.call("getConfigDocument"));
  const [supposed, setSupposed] = useState<{ of: unknown; value: ConfigValue; basis: Basis } | null>(null);
  const read = useMemo(
    () => ({
      value: readConfigValue(query.value?.value),
      basis: { revision: query.value?.revision?.id, isRefused: false },
    }),
    [query.value],
  );
  const reload = (): void => {
    query.reload();
    onChanged();
  };
  const action = useAction(
    async (client: AdminClient, input: ConfigChange & { makes: Basis }) => {
      const reply = await apply(client, input);
      showToast({ text: input.message, ...undoOf(client, input, reload) });
      input.makes.revision = reply.revision?.id;
      reload();
      return reply;
    },
    {
      optimistic: ({ supposed: next, makes }) => {
        if (next) setSupposed({ of: query.value, value: next, basis: makes });
        return () => {
          makes.isRefused = true;
          setSupposed(null);
        };
      },
    },
  );
  // Whoever is faster than the gateway has their next change made from what the one before leads to.
  const last = useRef<Promise<unknown>>(Promise.resolve());
  const { run } = action;
  const runNext = useCallback(
    (input: ConfigChange) => {
      const makes: Basis = { revision: undefined, isRefused: false };
      const next = last.current.then(() => (input.basis?.isRefused === true ? null : run({ ...input, makes })));
      last.current = next;
      return next;
    },
    [run],
  );
  const shown = supposed !== null && supposed.of === query.value ? supposed : read;
  return { query, value: shown.value, basis: shown.basis, change: { ...action, run: runNext } };
}

async function apply(client: AdminClient, { operations, message, basis }: ConfigChange) {
  const body = { operations, message, ...(basis?.revision === undefined ? {} : { revision: basis.revision }) };
  try {
    return await client.call("editConfig", { body });
  } catch (error) {
    showToast({ tone: "bad", text: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

function undoOf(client: AdminClient, { undo, message }: ConfigChange, reload: () => void): { undo?: () => void } {
  if (!undo) return {};
  const takeBack = { operations: undo, message: t("steer:undone", { what: message }) };
  return { undo: () => void apply(client, takeBack).then(reload, () => {}) };
}
