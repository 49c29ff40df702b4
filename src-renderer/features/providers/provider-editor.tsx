import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { CatalogueEntryView } from "../../../src-gateway/admin-api/contract/provider-setup-endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { Notice } from "../../components/notice.tsx";
import type { Entry } from "../../configuration/config-value.ts";
import type { Configuration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { AddressRace } from "./address-race.tsx";
import { addressesOf, entryOf, missingIn, type ProviderDraft, presentKeys } from "./provider-draft.ts";
import { ProviderForm } from "./provider-form.tsx";
import { ProviderTrial } from "./provider-trial.tsx";
import { saveProvider } from "./save-provider.ts";

/** One provider being written down: the form, its trial, and the button that puts it in force. */
export function ProviderEditor({
  first,
  before,
  kind,
  configuration,
  onDone,
  aside,
}: {
  first: ProviderDraft;
  /** As it stands in the document; null for one that is new. */
  before: Entry | null;
  kind: CatalogueEntryView | undefined;
  configuration: Configuration;
  onDone: () => void;
  /** What can be done besides saving. */
  aside: ReactNode;
}) {
  const [draft, setDraft] = useState(first);
  const save = useAction((client, input: ProviderDraft) => saveProvider(client, input, before, configuration));
  const missing = missingIn(draft, kind);
  const secret = draft.keyWay === "paste" && draft.secret.trim() !== "" ? draft.secret.trim() : null;
  const reference = draft.keyWay === "reference" ? draft.reference.trim() : null;
  const change = (part: Partial<ProviderDraft>): void => {
    setDraft((old) => ({ ...old, ...part }));
    save.forget();
    configuration.change.forget();
  };
  const run = async (): Promise<void> => {
    if ((await save.run(draft)) === true) onDone();
  };
  const problem = save.problem ?? configuration.change.problem;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (missing === null) void run();
      }}
    >
      <ProviderForm
        draft={draft}
        kind={kind}
        isNew={before === null}
        hasKey={before !== null && presentKeys(before).length > 0}
        onChange={change}
      />
      {kind?.docs.startsWith("https://") === true && (
        <p className="soft small">
          {t("providers:about", { name: kind.name })}{" "}
          <a href={kind.docs} target="_blank" rel="noreferrer">
            {new URL(kind.docs).host}
          </a>
        </p>
      )}
      <AddressRace addresses={addressesOf(draft, kind)} onUse={(baseUrl) => change({ baseUrl })} />
      <ProviderTrial entry={entryOf(draft, before, reference)} secret={secret} isReady={missing === null} />
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      <div className="sheet-foot">
        {aside}
        <Button type="submit" variant="filled" disabled={missing !== null} loading={save.isRunning}>
          {t("providers:save")}
        </Button>
      </div>
    </form>
  );
}
