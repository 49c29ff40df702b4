import { MantineProvider } from "@mantine/core";
import { useEffect } from "react";
import { Route, Router, Switch } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import {
  type Gateway,
  GatewayContext,
  useConnectionState,
  useGateway,
  useSessionState,
} from "./api/gateway-context.tsx";
import { CrashGuard } from "./components/crash-guard.tsx";
import { Frame } from "./components/frame.tsx";
import { NotFoundPage } from "./components/not-found-page.tsx";
import { OverviewPage } from "./features/overview/overview-page.tsx";
import { ProvidersPage } from "./features/providers/providers-page.tsx";
import { RequestsPage } from "./features/requests/requests-page.tsx";
import { SignInPage } from "./features/sign-in/sign-in-page.tsx";
import { theme } from "./styles/theme.ts";

export function App({ gateway }: { gateway: Gateway }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" deduplicateCssVariables>
      <CrashGuard>
        <GatewayContext value={gateway}>
          {/* oxlint-disable-next-line react/hooks -- that is how wouter is told where the location is kept */}
          <Router hook={useHashLocation}>
            <Entrance />
          </Router>
        </GatewayContext>
      </CrashGuard>
    </MantineProvider>
  );
}

/** Shows the pages to whoever is signed in, and the way in to everybody else. */
function Entrance() {
  const { session, cache } = useGateway();
  const { phase } = useSessionState();
  const { isDown } = useConnectionState();
  useEffect(() => {
    if (!isDown) void session.check();
  }, [session, isDown]);
  useEffect(() => {
    if (phase === "signed-out") cache.clear();
  }, [cache, phase]);
  if (phase !== "signed-in") return <SignInPage />;
  return (
    <Frame>
      <Switch>
        <Route path="/" component={OverviewPage} />
        <Route path="/requests/:id?" component={RequestsPage} />
        <Route path="/providers" component={ProvidersPage} />
        <Route component={NotFoundPage} />
      </Switch>
    </Frame>
  );
}
