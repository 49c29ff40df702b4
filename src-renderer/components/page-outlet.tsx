import { type ComponentType, createElement, useEffect, useState } from "react";
import { Route, Switch } from "wouter";
import type { PageEntry } from "../pages.ts";
import { CrashGuard } from "./crash-guard.tsx";
import { NotFoundPage } from "./not-found-page.tsx";
import { Skeleton } from "./query-state.tsx";

/** By path. A component that is made anew would be drawn anew: each page has one for as long as the console is open. */
const loaded = new Map<string, ComponentType>();

async function load(page: PageEntry): Promise<void> {
  if (!loaded.has(page.path)) loaded.set(page.path, await page.load());
}

/** One after the other, while there is nothing else to do: then no page has to be waited for. */
async function loadInIdleTime(pages: readonly PageEntry[], signal: AbortSignal): Promise<void> {
  for (const page of pages.filter(({ path }) => !loaded.has(path))) {
    await new Promise((idle) => (window.requestIdleCallback ?? setTimeout)(idle));
    if (signal.aborted) return;
    // Whoever goes there is told; others need not know.
    await load(page).catch(() => {});
  }
}

/** The page that the address names. */
export function PageOutlet({ pages }: { pages: readonly PageEntry[] }) {
  useEffect(() => {
    const gone = new AbortController();
    void loadInIdleTime(pages, gone.signal);
    return () => gone.abort();
  }, [pages]);
  return (
    <Switch>
      {pages.map((page) => (
        <Route key={page.path} path={page.pattern}>
          <CrashGuard key={page.path}>
            <LoadedPage page={page} />
          </CrashGuard>
        </Route>
      ))}
      <Route component={NotFoundPage} />
    </Switch>
  );
}

/** Not React's `lazy`: that keeps what it shows meanwhile for 300 ms, however soon the page is there. */
function LoadedPage({ page }: { page: PageEntry }) {
  const [, redraw] = useState<unknown>(null);
  const [problem, setProblem] = useState<{ error: unknown } | null>(null);
  useEffect(() => {
    if (!loaded.has(page.path))
      load(page).then(
        () => redraw({}),
        (error: unknown) => setProblem({ error }),
      );
  }, [page]);
  const Page = loaded.get(page.path);
  if (Page) return createElement(Page);
  if (problem) throw problem.error;
  return <Skeleton rows={8} />;
}
