import { type ComponentType, type LazyExoticComponent, lazy, Suspense } from "react";
import { Route, Switch } from "wouter";
import type { PageEntry } from "../pages.ts";
import { CrashGuard } from "./crash-guard.tsx";
import { NotFoundPage } from "./not-found-page.tsx";
import { Skeleton } from "./query-state.tsx";

// A component that is made anew would be drawn anew: each page has one for as long as the console is open.
const known = new Map<string, LazyExoticComponent<ComponentType>>();

function componentOf(page: PageEntry): LazyExoticComponent<ComponentType> {
  const made = known.get(page.path) ?? lazy(() => page.load().then((component) => ({ default: component })));
  known.set(page.path, made);
  return made;
}

/** The page that the address names. */
export function PageOutlet({ pages }: { pages: readonly PageEntry[] }) {
  return (
    <Suspense fallback={<Skeleton rows={8} />}>
      <Switch>
        {pages.map((page) => {
          const Page = componentOf(page);
          return (
            <Route key={page.path} path={page.pattern}>
              <CrashGuard key={page.path}>
                <Page />
              </CrashGuard>
            </Route>
          );
        })}
        <Route component={NotFoundPage} />
      </Switch>
    </Suspense>
  );
}
