import { useEffect, useRef } from "react";
import { API_PREFIX } from "../../src-gateway/admin-api/contract/api-prefix.ts";
import type { ExchangeView } from "../../src-gateway/admin-api/contract/schemas.ts";
import { useConnectionState, useGateway } from "./gateway-context.tsx";

export interface LiveListener {
  /** Exchanges have ended; many may end at once, and a page is drawn once for all of them. */
  onExchanges: (exchanges: ExchangeView[]) => void;
  /** From here on all that ends is told; what ended before has to be read, now, or something between is missed. */
  onOpen: () => void;
}

const GATHER_MS = 100;

/** Tells each exchange as it ends, while `isOn`; waits while the gateway is away. */
export function useLiveExchanges(isOn: boolean, listener: LiveListener): void {
  const { connection } = useGateway();
  const { isDown } = useConnectionState();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => {
    if (!isOn || isDown) return;
    const source = new EventSource(`${API_PREFIX}/exchanges/live`);
    const waiting: ExchangeView[] = [];
    let timer: ReturnType<typeof setTimeout> | null = null;
    const deliver = (): void => {
      timer = null;
      latest.current.onExchanges(waiting.splice(0));
    };
    source.addEventListener("exchange", (message: MessageEvent<string>) => {
      const exchange = readExchange(message.data);
      if (!exchange) return;
      waiting.push(exchange);
      timer ??= setTimeout(deliver, GATHER_MS);
    });
    source.addEventListener("open", () => latest.current.onOpen());
    // The browser tries again by itself; whether the gateway is gone is for the connection to find out.
    source.addEventListener("error", () => connection.check());
    return () => {
      source.close();
      if (timer !== null) clearTimeout(timer);
    };
  }, [isOn, isDown, connection]);
}

function readExchange(text: string): ExchangeView | null {
  try {
    return JSON.parse(text) as ExchangeView;
  } catch {
    return null;
  }
}
