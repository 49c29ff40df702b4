import { Button } from "@mantine/core";
import { type ReactNode, useSyncExternalStore } from "react";
import { useConnectionState, useGateway } from "../api/gateway-context.tsx";
import { usePause } from "../api/use-pause.ts";
import { t } from "../i18n/t.ts";
import { HealthDot } from "./health-dot.tsx";

/** What holds for the whole gateway, above every page; the worst alone. */
export function StateBanners() {
  const { connection } = useGateway();
  const { isDown } = useConnectionState();
  const isOffline = !useSyncExternalStore(watchNetwork, () => navigator.onLine);
  const pause = usePause();
  if (isDown) {
    return (
      <Banner tone="bad" title={t("frame:downTitle")} text={t("frame:downText")}>
        <Button onClick={connection.retry}>{t("frame:retry")}</Button>
      </Banner>
    );
  }
  return (
    <>
      {pause.isPaused && (
        <Banner tone="warn" title={t("frame:pausedTitle")} text={t("frame:pausedText")}>
          {pause.mayPause && (
            <Button loading={pause.isRunning} onClick={() => pause.set(false)}>
              {t("frame:resume")}
            </Button>
          )}
        </Banner>
      )}
      {isOffline && <Banner tone="warn" title={t("frame:offlineTitle")} text={t("frame:offlineText")} />}
    </>
  );
}

interface BannerProps {
  tone: "warn" | "bad";
  title: string;
  text: string;
  children?: ReactNode;
}

function Banner({ tone, title, text, children }: BannerProps) {
  return (
    <div className="state-banner" data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      <HealthDot tone={tone} />
      <p>
        <strong>{title}</strong> {text}
      </p>
      {children}
    </div>
  );
}

function watchNetwork(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}
