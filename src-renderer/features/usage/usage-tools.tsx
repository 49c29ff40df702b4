import { Button } from "@mantine/core";
import { useState } from "react";
import { useSessionState } from "../../api/gateway-context.tsx";
import type { RangeChoice } from "../../components/range-picker.tsx";
import { t } from "../../i18n/t.ts";
import { ExportSheet } from "../ledger/export-sheet.tsx";
import { RecostSheet } from "../ledger/recost-sheet.tsx";

/** What can be done with the requests that the page sums up: taken along as a file, and priced anew by administrators. */
export function UsageTools({ range, onRecosted }: { range: RangeChoice; onRecosted: () => void }) {
  const session = useSessionState();
  const mayRecost = session.phase === "signed-in" && session.user.role !== "gateway_user";
  const [shown, setShown] = useState<"export" | "recost" | null>(null);
  return (
    <>
      <Button onClick={() => setShown("export")}>{t("ledger:export")}</Button>
      {mayRecost && <Button onClick={() => setShown("recost")}>{t("ledger:recost")}</Button>}
      <ExportSheet span={range} isOpen={shown === "export"} onClose={() => setShown(null)} />
      <RecostSheet
        isOpen={shown === "recost"}
        onClose={(hasCorrected) => {
          setShown(null);
          if (hasCorrected) onRecosted();
        }}
      />
    </>
  );
}
