import { MantineProvider } from "@mantine/core";
import { Fragment, useEffect, useSyncExternalStore } from "react";
import { Router } from "wouter";
import { useConsoleLocation } from "./api/console-location.ts";
import {
  type Gateway,
  GatewayContext,
  useConnectionState,
  useGateway,
  useSessionState,
} from "./api/gateway-context.tsx";
import { CrashGuard } from "./components/crash-guard.tsx";
import { Frame } from "./components/frame.tsx";
import { PageOutlet } from "./components/page-outlet.tsx";
import { Toasts } from "./components/toasts.tsx";
import { SignInPage } from "./features/sign-in/sign-in-page.tsx";
import { language, onLanguageChange } from "./i18n/t.ts";
import { pagesFor } from "./pages.ts";
import { theme } from "./styles/theme.ts";

export function App({ gateway }: { gateway: Gateway }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" deduplicateCssVariables>
      <CrashGuard>
        <GatewayContext value={gateway}>
          {/* oxlint-disable-next-line react/hooks -- that is how wouter is told where the location is kept */}
          <Router hook={useConsoleLocation}>
            <InLanguage />
          </Router>
        </GatewayContext>
      </CrashGuard>
    </MantineProvider>
  );
}

/** Another language is another page: every word is asked for anew. */
function InLanguage() {
  const chosen = useSyncExternalStore(onLanguageChange, language);
  return (
    <Fragment key={chosen}>
      <Entrance />
      <Toasts />
    </Fragment>
  );
}

/** Shows the pages to whoever is signed in, and the way in to everybody else. */
function Entrance() {
  const { session, cache } = useGateway();
  const state = useSessionState();
  const { phase } = state;
  const { isDown } = useConnectionState();
  useEffect(() => {
    if (!isDown) void session.check();
  }, [session, isDown]);
  useEffect(() => {
    if (phase === "signed-out") cache.clear();
  }, [cache, phase]);
  if (state.phase !== "signed-in") return <SignInPage />;
  const pages = pagesFor(state.user.role);
  return (
    <Frame pages={pages}>
      <PageOutlet pages={pages} />
    </Frame>
  );
}
