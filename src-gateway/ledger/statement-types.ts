/** A month of the ledger, for those who were not there. Money is nano-USD. */

/** The end of a chain at some moment: whoever holds it, can tell later whether the chain was changed up to there. */
export interface ChainHead {
  instanceId: number;
  place: number;
  /** Hex. */
  hash: string;
}

export interface StatementSum {
  requests: number;
  /** Input that was neither read from a cache nor written to one. */
  inputUncached: number;
  cacheRead: number;
  cacheWrite: number;
  output: number;
  /** With all corrections that were made until the statement was. */
  costNano: number;
  /** Used something of no known price: their cost is in no sum. */
  unpriced: number;
}

export type NamedSum = StatementSum & { name: string };

export interface StatementScope {
  kind: "all" | "user" | "key" | "team";
  name: string;
}

export interface Statement {
  format: "tokligence-ledger-statement/1";
  /** `2026-11`, in UTC. */
  month: string;
  scope: StatementScope;
  /** RFC 3339. */
  madeAt: string;
  gatewayVersion: string;
  /** What a provider or the gateway itself counted; nothing that was estimated. */
  total: StatementSum;
  /** Estimated where a provider said nothing. In no other sum of this statement. */
  estimated: StatementSum;
  byModel: NamedSum[];
  byKey: NamedSum[];
  byDay: NamedSum[];
  /** Where the prices are from, as they were applied. */
  priceSources: { source: string; requests: number; costNano: number }[];
  /** Made until now, of exchanges of this month. */
  corrections: { count: number; deltaNano: number };
  heads: ChainHead[];
  /** Of the CSV file that comes with this one; hex. */
  csvSha256: string;
}

export interface StatementSignature {
  algorithm: "ed25519";
  /** DER, base64. */
  publicKey: string;
  /** Over the JSON text of all other members, without white space; base64. */
  value: string;
}

export type SignedStatement = Statement & { signature: StatementSignature };
