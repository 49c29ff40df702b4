import { useEffect, useRef } from "react";
import { API_PREFIX } from "../../src-gateway/admin-api/contract/endpoints.ts";
import { type ExchangeView, exchangeSchema } from "../../src-gateway/admin-api/contract/schemas.ts";
import { useConnectionState, useGateway } from "./gateway-context.tsx";

export interface LiveListener {
  /** An exchange has ended. */
  onExchange: (exchange: ExchangeView) => void;
  /** The stream was cut and is back: what ended in between was not told. */
  onGap: () => void;
}

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
    let wasCut = false;
    source.addEventListener("exchange", (message: MessageEvent<string>) => {
      const exchange = readExchange(message.data);
      if (exchange) latest.current.onExchange(exchange);
    });
    source.addEventListener("open", () => {
      if (wasCut) latest.current.onGap();
      wasCut = false;
    });
    source.addEventListener("error", () => {
      wasCut = true;
      // The browser tries again by itself; whether the gateway is gone is for the connection to find out.
      connection.check();
    });
    return () => source.close();
  }, [isOn, isDown, connection]);
}

function readExchange(text: string): ExchangeView | null {
  try {
    return exchangeSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
