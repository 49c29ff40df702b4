import "./sign-in.css";
import { Button, Loader } from "@mantine/core";
import { useEffect } from "react";
import { useConnectionState, useGateway, useSessionState } from "../../api/gateway-context.tsx";
import { BrandMark } from "../../components/brand-mark.tsx";
import { Notice } from "../../components/notice.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { text } from "../../i18n/text.ts";

/** Who is not signed in learns how; while nobody knows yet, it only says that it is looking. */
export function SignInPage() {
  const { session, connection } = useGateway();
  const { isDown } = useConnectionState();
  const state = useSessionState();
  useEffect(() => {
    document.title = `${text.signIn.title} · ${text.product}`;
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
  const problem =
    state.phase !== "signed-out" || state.problem === "none"
      ? null
      : state.problem === "ended"
        ? text.signIn.ended
        : text.signIn.refused;
  return (
    <main className="sign-in">
      <h1>
        <BrandMark size={28} />
        {text.product}
      </h1>
      {isDown && (
        <>
          <Notice tone="bad">{text.frame.downTitle}</Notice>
          <p>{text.frame.downHint}</p>
          <Snippet value="gatewayd" thing={text.frame.downHint} />
          <Button onClick={connection.retry}>{text.frame.retry}</Button>
        </>
      )}
      {!isDown && state.phase === "checking" && <Loader size="sm" aria-label={text.frame.loading} />}
      {!isDown && state.phase === "signed-out" && (
        <>
          {problem !== null && <Notice tone="warn">{problem}</Notice>}
          <p>{text.signIn.lead}</p>
          <Snippet value="gateway console" thing={text.signIn.lead} />
          <p className="soft">{text.signIn.result}</p>
          <div>
            <Button onClick={() => void session.check()}>{text.signIn.again}</Button>
          </div>
        </>
      )}
    </main>
  );
}
