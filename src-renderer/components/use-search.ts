import { useCallback } from "react";
import { useLocation, useSearchParams } from "wouter";

/** The query of the address, and how it is put there: without a trace in the history, and an empty one takes all of it out. */
export function useSearch(): [URLSearchParams, (next: URLSearchParams) => void] {
  const [path, navigate] = useLocation();
  const [search] = useSearchParams();
  // The router keeps the query that is there where it is told of none, so the mark is written even before nothing.
  const put = useCallback(
    (next: URLSearchParams) => navigate(`${path}?${next.toString()}`, { replace: true }),
    [path, navigate],
  );
  return [search, put];
}
