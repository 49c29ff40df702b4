import type { Page } from "playwright";

/** What going to a page took, in ms, and what was asked of the gateway meanwhile. */
export interface Visit {
  ms: number;
  /** Requests that began after the answer to another one had come, as `METHOD path`s in the order of time. */
  chained: string[];
  requests: number;
}

/** Follows a link inside the console and waits until its data is painted. The heading has to change with the page. */
export async function visit(page: Page, path: string): Promise<Visit> {
  return page.evaluate(
    (to) =>
      new Promise<Visit>((resolve) => {
        const headingBefore = document.querySelector("h1")?.textContent;
        performance.clearResourceTimings();
        performance.setResourceTimingBufferSize(10_000);
        const startedAt = performance.now();
        location.hash = to;
        const look = (): void => {
          const heading = document.querySelector("h1")?.textContent;
          const isThere = heading !== undefined && heading !== headingBefore;
          if (!isThere || document.querySelector("[aria-busy=true]")) return void requestAnimationFrame(look);
          // The frame after the one that holds the data: by then it was painted.
          requestAnimationFrame(() => {
            const ms = performance.now() - startedAt;
            const asked = (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
              .filter(({ name, startTime }) => name.includes("/api/") && startTime >= startedAt)
              .toSorted((a, b) => a.startTime - b.startTime);
            const firstEnd = Math.min(...asked.map(({ responseEnd }) => responseEnd));
            const chained = asked
              .filter(({ startTime }) => startTime > firstEnd + 20)
              .map(({ name }) => new URL(name).pathname);
            resolve({ ms, chained, requests: asked.length });
          });
        };
        look();
      }),
    path,
  );
}
