import { Button } from "@mantine/core";
import { useState } from "react";
import type { CatalogueEntryView } from "../../../src-gateway/admin-api/contract/provider-setup-endpoints.ts";
import { Sheet } from "../../components/sheet.tsx";
import type { Configuration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { Catalogue } from "./catalogue.tsx";
import { newDraft } from "./provider-draft.ts";
import { ProviderEditor } from "./provider-editor.tsx";

/** Two steps: which one it is, then where it is and where its key is. */
export function AddProvider({
  isOpen,
  onClose,
  taken,
  ...configuration
}: { isOpen: boolean; onClose: () => void; taken: string[] } & Configuration) {
  const [kind, setKind] = useState<CatalogueEntryView | null>(null);
  const close = (): void => {
    setKind(null);
    onClose();
  };
  const title =
    kind === null ? t("providers:addTitle", { step: 1 }) : `${t("providers:addTitle", { step: 2 })} · ${kind.name}`;
  return (
    <Sheet title={title} isOpen={isOpen} onClose={close} isWide>
      {kind === null ? (
        <Catalogue onChoose={setKind} />
      ) : (
        <ProviderEditor
          key={kind.kind}
          first={newDraft(kind, taken)}
          before={null}
          kind={kind}
          configuration={configuration}
          onDone={close}
          aside={<Button onClick={() => setKind(null)}>{t("providers:back")}</Button>}
        />
      )}
    </Sheet>
  );
}
