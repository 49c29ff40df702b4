import { Button } from "@mantine/core";
import { Sheet } from "../../components/sheet.tsx";
import { textOf } from "../../configuration/config-value.ts";
import type { Configuration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { useCatalogue } from "./catalogue.tsx";
import { removeProvider, usesOf } from "./provider-changes.ts";
import { draftOf } from "./provider-draft.ts";
import { ProviderEditor } from "./provider-editor.tsx";
import type { ListedProvider } from "./provider-list.ts";

/** A provider that is there: its address, its key, and the way to be rid of it. */
export function EditProvider({
  provider,
  onClose,
  ...configuration
}: { provider: ListedProvider | undefined; onClose: () => void } & Configuration) {
  const catalogue = useCatalogue();
  const entry = provider?.entry ?? null;
  const id = provider?.id ?? "";
  const kind = catalogue.value?.find((each) => each.kind === (textOf(entry?.["kind"]) || id));
  const uses = usesOf(configuration.value, id);
  const remove = async (): Promise<void> => {
    if (entry !== null && (await configuration.change.run(removeProvider(configuration.value, entry))) !== null)
      onClose();
  };
  return (
    <Sheet title={t("providers:editThing", { name: id })} isOpen={entry !== null} onClose={onClose} isWide>
      {entry !== null && (
        <ProviderEditor
          // The kind is read a moment later, and with it the names of its options.
          key={`${id} ${kind?.kind ?? ""}`}
          first={draftOf(entry, kind)}
          before={entry}
          kind={kind}
          configuration={configuration}
          onDone={onClose}
          aside={
            <div className="remove">
              <Button data-ink="bad" disabled={uses.length > 0} onClick={() => void remove()}>
                {t("providers:remove")}
              </Button>
              {uses.length > 0 && (
                <span className="soft small">{t("providers:stillUsed", { uses: uses.join(", ") })}</span>
              )}
            </div>
          }
        />
      )}
    </Sheet>
  );
}
