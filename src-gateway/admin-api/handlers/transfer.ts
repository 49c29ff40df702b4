import type { TransferReport } from "../../transfer/types.ts";
import type { TRANSFER_ENDPOINTS } from "../contract/transfer-endpoints.ts";
import { authorOf } from "./author.ts";
import { requireOperatorForPrograms } from "./programs.ts";
import type { Handlers } from "./types.ts";

export const transferHandlers: Pick<Handlers, keyof typeof TRANSFER_ENDPOINTS> = {
  async exportGateway({ deps, body, record }) {
    const isSealed = body.passphrase !== undefined && body.passphrase !== "";
    const { fileName, bytes } = await deps.transfer.export(isSealed ? (body.passphrase ?? null) : null);
    const target = { kind: "gateway", id: null, name: fileName };
    await record({ action: "gateway.export", target, before: null, after: { isSealed } });
    return { fileName, content: bytes.toString("base64") };
  },
  async importGateway({ deps, caller, body, record }) {
    const report = await deps.transfer.import({
      bytes: Buffer.from(body.content, "base64"),
      passphrase: body.passphrase ?? null,
      apply: body.apply ?? false,
      author: authorOf(caller),
      mayApply: (before, after) => requireOperatorForPrograms(caller, before, after),
    });
    const target = { kind: "gateway", id: null, name: null };
    await record(
      report.applied
        ? { action: "gateway.import", target, before: null, after: { from: report.about, ...countsOf(report) } }
        : null,
    );
    return report;
  },
};

/** Names of people and keys stand in their own acts' places, not here. */
function countsOf({ items }: TransferReport): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { part, change } of items) counts[`${part} ${change}`] = (counts[`${part} ${change}`] ?? 0) + 1;
  return counts;
}
