import type { AdminClient } from "../../../src-gateway/admin-api/contract/client.ts";
import { showToast } from "../../components/toasts.tsx";
import { type Entry, textOf } from "../../configuration/config-value.ts";
import type { Configuration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { entryOf, operationsBetween, type ProviderDraft } from "./provider-draft.ts";

/**
 * Keeps the key that was pasted, if any, and writes the entry; answers whether it is saved. What was kept for an entry
 * that the gateway then refuses is forgotten again.
 * @throws AdminError where the key cannot be kept.
 */
export async function saveProvider(
  client: AdminClient,
  draft: ProviderDraft,
  before: Entry | null,
  { value, change }: Pick<Configuration, "value" | "change">,
): Promise<boolean> {
  const kept = draft.keyWay === "paste" ? await keepSecret(client, draft, before) : null;
  const reference = draft.keyWay === "reference" ? draft.reference.trim() : (kept?.reference ?? null);
  const entry = entryOf(draft, before, reference);
  const path = ["providers", { id: draft.id }];
  const operations = before === null ? [] : operationsBetween(draft.id, before, entry);
  if (before !== null && operations.length === 0) {
    showToast({ text: t("providers:changed", { name: draft.id }) });
    return true;
  }
  const done = await change.run(
    before === null
      ? {
          operations: [{ op: "insert", path: ["providers", value.providers.length], value: entry }],
          undo: [{ op: "remove", path }],
          message: t("providers:added", { name: draft.id }),
        }
      : {
          operations,
          undo: operationsBetween(draft.id, entry, before),
          message: t("providers:changed", { name: draft.id }),
        },
  );
  if (done === null && kept?.isNew === true) await client.call("deleteSecret", { params: { name: kept.name } });
  return done !== null;
}

/** Under the name that the entry refers to already, or under one that nobody uses. */
async function keepSecret(
  client: AdminClient,
  draft: ProviderDraft,
  before: Entry | null,
): Promise<{ name: string; reference: string; isNew: boolean }> {
  const present = /^secret:(.+)$/.exec(textOf(before?.["credential"]))?.[1];
  const taken = new Set((await client.call("listSecrets")).map(({ name }) => name));
  const isReplaced = present !== undefined && !draft.isBeside && taken.has(present);
  let name = isReplaced ? present : draft.id;
  if (!isReplaced) for (let number = 2; taken.has(name); number += 1) name = `${draft.id}-${number}`;
  const { reference } = await client.call("putSecret", { params: { name }, body: { value: draft.secret.trim() } });
  return { name, reference, isNew: !isReplaced };
}
