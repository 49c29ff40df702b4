import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import type { CatalogueEntryView } from "../../../src-gateway/admin-api/contract/provider-setup-endpoints.ts";
import { useQuery } from "../../api/use-query.ts";
import { QueryState } from "../../components/query-state.tsx";
import { t } from "../../i18n/t.ts";
import { wireName } from "./provider-rows.tsx";

export const useCatalogue = () => useQuery("catalogue", (client) => client.call("providerCatalogue"));

/** The first step: which provider it is. @param leading kinds that stand before the others */
export function Catalogue({
  onChoose,
  leading = [],
}: {
  onChoose: (kind: CatalogueEntryView) => void;
  leading?: readonly string[];
}) {
  const query = useCatalogue();
  const [text, setText] = useState("");
  const [wire, setWire] = useState<string | null>(null);
  const wires = [...new Set((query.value ?? []).flatMap(({ protocols }) => Object.keys(protocols)))];
  return (
    <div className="stack catalogue">
      <div className="catalogue-filter">
        <TextInput
          data-autofocus
          type="search"
          aria-label={t("providers:search")}
          placeholder={t("providers:search")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          aria-label={t("providers:speaks")}
          placeholder={t("providers:speaks")}
          data={wires.map((value) => ({ value, label: wireName(value) }))}
          value={wire}
          onChange={setWire}
          clearable
        />
      </div>
      <QueryState query={query} rows={8}>
        {(kinds) => (
          <Kinds kinds={inOrder(kinds, leading).filter((kind) => fits(kind, text, wire))} onChoose={onChoose} />
        )}
      </QueryState>
    </div>
  );
}

function inOrder(kinds: CatalogueEntryView[], leading: readonly string[]): CatalogueEntryView[] {
  const placeOf = ({ kind }: CatalogueEntryView): number => (leading.includes(kind) ? leading.indexOf(kind) : Infinity);
  return leading.length === 0
    ? kinds
    : kinds.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : 0));
}

function fits({ kind, name, protocols }: CatalogueEntryView, text: string, wire: string | null): boolean {
  if (wire !== null && protocols[wire] === undefined) return false;
  const said = `${kind} ${name}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word));
}

function Kinds({ kinds, onChoose }: { kinds: CatalogueEntryView[]; onChoose: (kind: CatalogueEntryView) => void }) {
  return (
    <>
      <output className="soft small">{t("providers:kinds", { count: kinds.length })}</output>
      <ul className="kinds">
        {kinds.map((kind) => (
          <li key={kind.kind}>
            <button type="button" className="kind" onClick={() => onChoose(kind)}>
              <strong className="cut">{kind.name}</strong>
              <span className="soft cut">{Object.keys(kind.protocols).map(wireName).join(" · ")}</span>
              {!kind.needsCredential && <span className="tag">{t("providers:keyless")}</span>}
              {kind.needsBaseUrl && <span className="tag">{t("providers:ownAddress")}</span>}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
