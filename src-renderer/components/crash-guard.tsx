import { Button } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { t } from "../i18n/t.ts";
import { Empty } from "./empty.tsx";

/** Without it, one error while drawing leaves an empty window that says nothing. */
export class CrashGuard extends Component<{ children: ReactNode }, { message: string | null }> {
  override state: { message: string | null } = { message: null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <Empty title={t("frame:crash")}>
        <p className="mono">{this.state.message}</p>
        <Button onClick={() => location.reload()}>{t("frame:reload")}</Button>
      </Empty>
    );
  }
}
