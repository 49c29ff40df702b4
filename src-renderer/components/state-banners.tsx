import { Button } from "@mantine/core";
import { type ReactNode, useSyncExternalStore } from "react";
import { Link } from "wouter";
import { useConnectionState, useGateway } from "../api/gateway-context.tsx";
import { usePause, useStatus } from "../api/use-pause.ts";
import { said } from "../i18n/gateway-words.ts";
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
      <SecretsBanner />
      {isOffline && <Banner tone="warn" title={t("frame:offlineTitle")} text={t("frame:offlineText")} />}
    </>
  );
}

/** Providers' keys that cannot be read, as the last use of them told. */
function SecretsBanner() {
  const secrets = useStatus().value?.secretStore ?? null;
  if (secrets === null || secrets.state === "open") return null;
  return (
    <Banner
      tone="warn"
      title={t(`frame:secrets.${secrets.state}.title`)}
      text={t(`frame:secrets.${secrets.state}.text`)}
      more={secrets.problem}
    >
      <Link href="/providers">{t("frame:secrets.providers")}</Link>
    </Banner>
  );
}

interface BannerProps {
  tone: "warn" | "bad";
  title: string;
  text: string;
  /** In the gateway's own words. */
  more?: string | null;
  children?: ReactNode;
}

function Banner({ tone, title, text, more = null, children }: BannerProps) {
  return (
    <div className="state-banner" data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      <HealthDot tone={tone} />
      <p>
        <strong>{title}</strong> {text}
        {more !== null && <span className="soft small">{` ${said(more)}`}</span>}
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
