import { useEffect, useState } from "react";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { useGateway } from "../../api/gateway-context.tsx";

const AGAIN_MS = 400;
/** The ledger is behind, or the request never got so far. */
const MAX_TURNS = 25;

/** The record of a request once it is closed: tokens and cost are known only then. Null until then. */
export function useSettled(requestId: string | null, isOver: boolean): ExchangeView | null {
  const { connection } = useGateway();
  const [settled, setSettled] = useState<ExchangeView | null>(null);
  useEffect(() => {
    if (requestId === null || !isOver) return;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let turns = 0;
    let isGone = false;
    const look = async (): Promise<void> => {
      turns += 1;
      const record = document.hidden
        ? null
        : await connection.call("getExchange", { params: { id: requestId } }).catch(() => null);
      if (isGone) return;
      if (record !== null && record.outcome !== "open") setSettled(record);
      else if (turns < MAX_TURNS) timer = setTimeout(() => void look(), AGAIN_MS);
    };
    void look();
    return () => {
      isGone = true;
      if (timer !== null) clearTimeout(timer);
    };
  }, [connection, requestId, isOver]);
  return settled?.requestId === requestId ? settled : null;
}
