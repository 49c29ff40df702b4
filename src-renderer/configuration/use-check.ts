import { useEffect, useState } from "react";
import type { AdminClient } from "../../src-gateway/admin-api/contract/client.ts";
import type { ReplyOf } from "../../src-gateway/admin-api/contract/endpoints.ts";
import { useGateway } from "../api/gateway-context.tsx";
import { problemOf } from "../api/use-query.ts";

export type Checked = ReplyOf<"editConfig">;

const WAIT_MS = 350;

/** What a change would do and what is wrong with it, asked once somebody stops typing. @param key what they have typed. */
export function useCheck(
  key: string | null,
  ask: (client: AdminClient) => Promise<Checked>,
): { checked: Checked | null; problem: string | null; isWaiting: boolean } {
  const { connection } = useGateway();
  const [found, setFound] = useState<{ key: string; checked: Checked | null; problem: string | null } | null>(null);
  useEffect(() => {
    if (key === null) return;
    let isOver = false;
    const timer = setTimeout(() => {
      ask(connection).then(
        (checked) => isOver || setFound({ key, checked, problem: null }),
        (error: unknown) => isOver || setFound({ key, checked: null, problem: problemOf(error) }),
      );
    }, WAIT_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
    // oxlint-disable-next-line react/exhaustive-deps -- the key stands for everything that is asked
  }, [key, connection]);
  if (key === null || found === null) return { checked: null, problem: null, isWaiting: key !== null };
  return { checked: found.checked, problem: found.problem, isWaiting: found.key !== key };
}
