import { useMemo, useState } from "react";
import type { AdminClient } from "../../src-gateway/admin-api/contract/client.ts";
import type { ReplyOf } from "../../src-gateway/admin-api/contract/endpoints.ts";
import { type Action, useAction } from "../api/use-action.ts";
import { type Query, useQuery } from "../api/use-query.ts";
import { showToast } from "../components/toasts.tsx";
import { t } from "../i18n/t.ts";
import { type ConfigValue, type Operation, readConfigValue } from "./config-value.ts";

export interface ConfigChange {
  operations: Operation[];
  /** What the history says of it, and what is said when it is done. */
  message: string;
  /** What takes it back, value by value, so that what others changed since stays. */
  undo?: Operation[];
  /** How the page looks before the gateway has said yes. */
  supposed?: ConfigValue;
  /** Refused when another revision is in force by then: for what goes by places in a list. */
  revision?: number | undefined;
}

export interface Configuration {
  query: Query<ReplyOf<"getConfigDocument">>;
  /** What is in force, or is about to be. */
  value: ConfigValue;
  /** Shows what it did, with a way back; null when it was refused, which is said as well. */
  change: Action<ConfigChange, ReplyOf<"editConfig">>;
}

/** The configuration in force, and small changes to it. @param onChanged reads anew what depends on it. */
export function useConfiguration(onChanged: () => void = () => {}): Configuration {
  const query = useQuery("config-document", (client) => client.call("getConfigDocument"));
  const [supposed, setSupposed] = useState<{ of: unknown; value: ConfigValue } | null>(null);
  const read = useMemo(() => readConfigValue(query.value?.value), [query.value]);
  const reload = (): void => {
    query.reload();
    onChanged();
  };
  const change = useAction(
    async (client: AdminClient, input: ConfigChange) => {
      const reply = await apply(client, input);
      showToast({ text: input.message, ...undoOf(client, input, reload) });
      reload();
      return reply;
    },
    {
      optimistic: ({ supposed: next }) => {
        if (next) setSupposed({ of: query.value, value: next });
        return () => setSupposed(null);
      },
    },
  );
  return { query, value: supposed !== null && supposed.of === query.value ? supposed.value : read, change };
}

async function apply(client: AdminClient, { operations, message, revision }: ConfigChange) {
  const body = { operations, message, ...(revision === undefined ? {} : { revision }) };
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
