import { MantineProvider } from "@mantine/core";
import { Fragment, lazy, Suspense, useEffect, useMemo, useSyncExternalStore } from "react";
import { Router, useLocation } from "wouter";
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
import { useFirstStart } from "./features/welcome/first-start.ts";
import { gatewayWordsLoaded, onGatewayWords } from "./i18n/gateway-words.ts";
import { language, onLanguageChange } from "./i18n/t.ts";
import { pagesFor } from "./pages.ts";
import { theme } from "./styles/theme.ts";

const WelcomePage = lazy(() =>
  import("./features/welcome/welcome-page.tsx").then((module) => ({ default: module.WelcomePage })),
);

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
  // Drawn again, not anew: what somebody types stays.
  useSyncExternalStore(onGatewayWords, gatewayWordsLoaded);
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
  const role = state.phase === "signed-in" ? state.user.role : null;
  const pages = useMemo(() => (role === null ? [] : pagesFor(role)), [role]);
  const [path] = useLocation();
  const mayConfigure = role === "root_admin";
  const { isUndecided } = useFirstStart(mayConfigure);
  if (role === null) return <SignInPage />;
  if (isUndecided) return null;
  if (path === "/welcome" && mayConfigure)
    return (
      <Suspense>
        <WelcomePage />
      </Suspense>
    );
  return (
    <Frame pages={pages}>
      <PageOutlet pages={pages} />
    </Frame>
  );
}
