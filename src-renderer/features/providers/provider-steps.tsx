import { Button } from "@mantine/core";
import type { CatalogueEntryView } from "../../../src-gateway/admin-api/contract/provider-setup-endpoints.ts";
import type { Configuration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { Catalogue } from "./catalogue.tsx";
import { newDraft } from "./provider-draft.ts";
import { ProviderEditor } from "./provider-editor.tsx";

/** A new provider in two steps: which one it is, then where it is and where its key is. */
export function ProviderSteps({
  kind,
  onChoose,
  leading = [],
  taken,
  configuration,
  onDone,
}: {
  /** Null until it was chosen. */
  kind: CatalogueEntryView | null;
  onChoose: (kind: CatalogueEntryView | null) => void;
  /** Kinds that stand before the others. */
  leading?: readonly string[];
  /** Names that others have. */
  taken: string[];
  configuration: Configuration;
  onDone: () => void;
}) {
  if (kind === null) return <Catalogue onChoose={onChoose} leading={leading} />;
  return (
    <ProviderEditor
      key={kind.kind}
      first={newDraft(kind, taken)}
      before={null}
      kind={kind}
      configuration={configuration}
      onDone={onDone}
      aside={<Button onClick={() => onChoose(null)}>{t("providers:back")}</Button>}
    />
  );
}
