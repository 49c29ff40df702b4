import "./sign-in.css";
import { Button, Loader } from "@mantine/core";
import { useEffect } from "react";
import { useConnectionState, useGateway, useSessionState } from "../../api/gateway-context.tsx";
import { BrandMark } from "../../components/brand-mark.tsx";
import { Notice } from "../../components/notice.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { t } from "../../i18n/t.ts";
import { WaysIn } from "./ways-in.tsx";

/** Who is not signed in learns how; while nobody knows yet, it only says that it is looking. */
export function SignInPage() {
  const { session, connection } = useGateway();
  const { isDown } = useConnectionState();
  const state = useSessionState();
  useEffect(() => {
    document.title = `${t("sign-in:title")} · ${t("common:product")}`;
    // Whoever comes back from the terminal may have been signed in by another tab.
    const look = (): void => {
      if (!document.hidden) void session.check();
    };
    document.addEventListener("visibilitychange", look);
    window.addEventListener("focus", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("focus", look);
    };
  }, [session]);
  return (
    <main className="sign-in">
      <h1>
        <BrandMark size={28} />
        {t("common:product")}
      </h1>
      {isDown && (
        <>
          <Notice tone="bad">{t("frame:downTitle")}</Notice>
          <p>{t("frame:downHint")}</p>
          <Snippet value="gatewayd" thing={t("frame:downHint")} />
          <Button onClick={connection.retry}>{t("frame:retry")}</Button>
        </>
      )}
      {!isDown && state.phase === "checking" && <Loader size="sm" aria-label={t("frame:loading")} />}
      {!isDown && state.phase === "signed-out" && <WaysIn state={state} />}
    </main>
  );
}
