import { useCallback, useEffect, useRef, useState } from "react";
import type { AdminClient } from "../../src-gateway/admin-api/contract/client.ts";
import { t } from "../i18n/t.ts";
import { GatewayUnreachable } from "./gateway-connection.ts";
import { useGateway } from "./gateway-context.tsx";

export interface Action<Input, Result> {
  /** Null when it failed: then `problem` says why. A second call while one is running does nothing. */
  run: (input: Input) => Promise<Result | null>;
  isRunning: boolean;
  problem: string | null;
  /** Takes the problem away, for instance when the person goes on typing. */
  forget: () => void;
}

export interface ActionOptions<Input> {
  /** Shows the result before the gateway has said yes; what it returns takes that back when the gateway says no. */
  optimistic?: (input: Input) => () => void;
}

/** Something that changes the gateway, when somebody wants it. */
export function useAction<Input, Result>(
  act: (client: AdminClient, input: Input) => Promise<Result>,
  { optimistic }: ActionOptions<Input> = {},
): Action<Input, Result> {
  const { connection } = useGateway();
  const [state, setState] = useState<{ isRunning: boolean; problem: string | null }>({
    isRunning: false,
    problem: null,
  });
  const latest = useRef({ act, optimistic });
  const running = useRef(false);
  useEffect(() => {
    latest.current = { act, optimistic };
  });
  const run = useCallback(
    async (input: Input): Promise<Result | null> => {
      if (running.current) return null;
      running.current = true;
      setState({ isRunning: true, problem: null });
      const takeBack = latest.current.optimistic?.(input);
      let problem: string | null = null;
      try {
        return await latest.current.act(connection, input);
      } catch (error) {
        takeBack?.();
        problem = problemOfAction(error);
        return null;
      } finally {
        running.current = false;
        setState({ isRunning: false, problem });
      }
    },
    [connection],
  );
  const forget = useCallback(() => setState((old) => (old.problem === null ? old : { ...old, problem: null })), []);
  return { run, ...state, forget };
}

/** Unlike something that is read, something that was wanted must say so when the gateway is away. */
function problemOfAction(error: unknown): string {
  if (error instanceof GatewayUnreachable) return t("frame:downTitle");
  return error instanceof Error ? error.message : String(error);
}
