import { useSyncExternalStore } from "react";
import { useGateway } from "../../api/gateway-context.tsx";
import { type Playground, type PlaygroundState, playgroundOf } from "./playground.ts";

export function usePlayground(): { playground: Playground; state: PlaygroundState } {
  const playground = playgroundOf(useGateway().session);
  return { playground, state: useSyncExternalStore(playground.subscribe, playground.state) };
}
