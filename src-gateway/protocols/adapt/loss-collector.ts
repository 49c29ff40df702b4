import { GatewayError } from "../../ir/errors.ts";
import { FIELD_MAP, type NeutralField, rulingFor } from "../../ir/field-map.ts";
import type { Loss } from "../../ir/losses.ts";
import type { ProviderWire, WireProtocol } from "../../ir/protocol.ts";

/** More than this many different losses are not told apart any more. */
const MAX_LOSSES = 40;

export interface LossNote {
  /** The client's own name for the field, where the table's is too general. */
  field?: string;
  verdict?: Loss["verdict"];
  note?: string;
}

/** Notes what the table of `ir/field-map.ts` rules; the same loss on a hundred messages is one loss. */
export class LossCollector {
  readonly losses: Loss[] = [];
  readonly target: ProviderWire;
  private readonly source: WireProtocol;
  private readonly seen = new Set<string>();

  constructor(source: WireProtocol, target: ProviderWire) {
    this.source = source;
    this.target = target;
  }

  /** @throws GatewayError unsupported_operation where the table refuses the field. */
  note(field: NeutralField, details: LossNote = {}): void {
    const ruling = rulingFor(field, this.target);
    const { names } = FIELD_MAP[field];
    // A client may send what its wire has no word for; others have one.
    const name = details.field ?? names[this.source] ?? Object.values(names)[0] ?? field;
    if (ruling.verdict === "refused" && details.verdict === undefined) throw refuse(name, details.note ?? ruling.note);
    const verdict = details.verdict ?? ruling.verdict;
    if (verdict === "lossless" || verdict === "refused") return;
    this.add({ field: name, verdict, note: `${name} ${details.note ?? ruling.note}.` });
  }

  private add(loss: Loss): void {
    const key = `${loss.verdict} ${loss.field}`;
    if (this.seen.has(key) || this.losses.length >= MAX_LOSSES) return;
    this.seen.add(key);
    this.losses.push(loss);
  }
}

export function refuse(field: string, why: string): GatewayError {
  return new GatewayError("unsupported_operation", `"${field}" ${why}.`, { param: field });
}
