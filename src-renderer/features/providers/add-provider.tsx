import { useState } from "react";
import type { CatalogueEntryView } from "../../../src-gateway/admin-api/contract/provider-setup-endpoints.ts";
import { Sheet } from "../../components/sheet.tsx";
import type { Configuration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { ProviderSteps } from "./provider-steps.tsx";

/** A new provider, in a sheet over the page. */
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
      <ProviderSteps kind={kind} onChoose={setKind} taken={taken} configuration={configuration} onDone={close} />
    </Sheet>
  );
}
