import { useEffect, useState } from "react";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useGateway } from "../../api/gateway-context.tsx";

export type SignInMethods = ReplyOf<"getSignInMethods">;

/** The ways in; null while they are asked for. */
export function useMethods(): SignInMethods | null {
  const { connection } = useGateway();
  const [methods, setMethods] = useState<SignInMethods | null>(null);
  useEffect(() => {
    let isOver = false;
    connection.call("getSignInMethods").then(
      (found) => {
        if (!isOver) setMethods(found);
      },
      // The way over the command line is always there.
      () => {},
    );
    return () => {
      isOver = true;
    };
  }, [connection]);
  return methods;
}
