import { createContext, useContext, useSyncExternalStore } from "react";
import type { ConnectionState, GatewayConnection } from "./gateway-connection.ts";
import type { QueryCache } from "./query-cache.ts";
import type { Session, SessionState } from "./session.ts";

export interface Gateway {
  connection: GatewayConnection;
  session: Session;
  cache: QueryCache;
}

export const GatewayContext = createContext<Gateway | null>(null);

export function useGateway(): Gateway {
  const gateway = useContext(GatewayContext);
  if (!gateway) throw new Error("GatewayContext is missing.");
  return gateway;
}

export function useConnectionState(): ConnectionState {
  const { connection } = useGateway();
  return useSyncExternalStore(connection.subscribe, connection.state);
}

export function useSessionState(): SessionState {
  const { session } = useGateway();
  return useSyncExternalStore(session.subscribe, session.state);
}
