import { useState } from "react";
import { useAction } from "../../api/use-action.ts";
import { type Query, useQuery } from "../../api/use-query.ts";
import { type Act, type ActFilter, queryOf } from "./act-types.ts";

const PAGE = 100;

interface ActPage {
  items: Act[];
  nextCursor: string | null;
}

export interface Acts {
  first: Query<ActPage>;
  rows: Act[];
  hasOlder: boolean;
  isReading: boolean;
  problem: string | null;
  readOlder: () => Promise<void>;
}

/** What administrators did, newest first, read on page by page. */
export function useActs(filter: ActFilter): Acts {
  const query = queryOf(filter);
  const key = `acts ${JSON.stringify(query)}`;
  const first = useQuery<ActPage>(key, (client) => client.call("listActs", { query: { ...query, limit: PAGE } }));
  const [older, setOlder] = useState<{ after: ActPage | null; items: Act[]; nextCursor: string | null }>({
    after: null,
    items: [],
    nextCursor: null,
  });
  // What follows another first page is not what follows this one.
  const isOwn = older.after === first.value && first.value !== null;
  const nextCursor = isOwn ? older.nextCursor : (first.value?.nextCursor ?? null);
  const reading = useAction((client, cursor: string) =>
    client.call("listActs", { query: { ...query, limit: PAGE, cursor } }),
  );
  const rows = [...(first.value?.items ?? []), ...(isOwn ? older.items : [])];
  return {
    first,
    rows,
    hasOlder: nextCursor !== null,
    isReading: reading.isRunning,
    problem: reading.problem,
    async readOlder() {
      if (nextCursor === null) return;
      const page = await reading.run(nextCursor);
      if (page === null) return;
      const earlier = isOwn ? older.items : [];
      setOlder({ after: first.value, items: [...earlier, ...page.items], nextCursor: page.nextCursor });
    },
  };
}
