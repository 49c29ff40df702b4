import type { Handlers } from "./types.ts";

export const operationsHandlers: Pick<Handlers, "getOperations"> = {
  getOperations: ({ deps }) => deps.operations(),
};
