/** What keeps this gateway, and others on its database, going: for the administrators. */
import { stat } from "node:fs/promises";
import type { OperationsView } from "../admin-api/contract/operations-endpoints.ts";
import type { Admission, Limit } from "../limits/types.ts";
import { listInstances } from "../store/list-instances.ts";
import type { AdminSideInput } from "./admin-side.ts";
import { spillFileOf } from "./spill-files.ts";

/** What only a running gateway has. */
export interface RunningSide {
  /** This run, in the table of instances. */
  runId: number;
  admission: Pick<Admission, "status">;
}

export async function operationsView({
  parts,
  writer,
  analytics,
  operations,
}: Pick<AdminSideInput, "parts" | "writer" | "analytics" | "operations">): Promise<OperationsView> {
  const replicas = await listInstances(parts.ledgerStore, parts.clock.nowUs());
  return {
    replicas: replicas.map((run) => ({ ...run, isSelf: run.id === operations?.runId })),
    admission: operations === null ? null : admissionView(operations.admission),
    ledger: {
      recordsWaiting: writer?.pending() ?? 0,
      lagMs: writer?.lagMs() ?? 0,
      spooledBytes: await sizeOf(spillFileOf(parts.settings)),
    },
    analytics: analytics(),
  };
}

function admissionView(admission: RunningSide["admission"]): OperationsView["admission"] {
  const { limits, ...sums } = admission.status();
  return {
    ...sums,
    limits: limits.map(({ limit, ...counts }) => ({ kind: limit.kind, name: nameOf(limit), ...counts })),
  };
}

function nameOf(limit: Limit): string {
  switch (limit.kind) {
    case "process":
      return "";
    case "client-key":
      return limit.owner;
    case "provider":
      return limit.provider;
    case "provider-key":
      return `${limit.provider} ${limit.key}`;
  }
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );
