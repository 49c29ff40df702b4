import { useEffect, useRef, useState } from "react";
import { AdminError } from "../../../src-gateway/admin-api/contract/client.ts";
import { saveBlob } from "../../components/save-file.ts";
import { t } from "../../i18n/t.ts";
import { type ExportFormat, type ExportProgress, fetchExport } from "./export-file.ts";

export type ExportState =
  | { phase: "idle" }
  | { phase: "running"; progress: ExportProgress }
  | { phase: "saved"; progress: ExportProgress; file: string }
  | { phase: "failed"; problem: string };

/** An export that somebody waits for: it ends with the sheet that shows it. */
export function useExport() {
  const [state, setState] = useState<ExportState>({ phase: "idle" });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const begin = async (format: ExportFormat, moments: { fromUs?: number; toUs?: number }): Promise<void> => {
    const control = new AbortController();
    running.current = control;
    let progress: ExportProgress = { bytes: 0, rows: 0 };
    setState({ phase: "running", progress });
    try {
      const blob = await fetchExport(
        { format, ...moments },
        {
          signal: control.signal,
          onProgress(next) {
            progress = next;
            setState({ phase: "running", progress });
          },
        },
      );
      const file = `exchanges.${format}`;
      saveBlob(file, blob);
      setState({ phase: "saved", progress, file });
    } catch (error) {
      if (control.signal.aborted) setState({ phase: "idle" });
      else setState({ phase: "failed", problem: error instanceof AdminError ? error.message : t("frame:downTitle") });
    }
  };
  return { state, begin, cancel: () => running.current?.abort(), forget: () => setState({ phase: "idle" }) };
}
