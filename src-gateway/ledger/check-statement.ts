/** Is this a statement of this gateway, as it was signed? */
import { FindingList } from "./finding-list.ts";
import { fingerprintOf, isSignatureGood, type StatementKey } from "./statement-key.ts";
import type { ChainHead, SignedStatement } from "./statement-types.ts";
import type { Finding } from "./verify-types.ts";

export interface CheckedStatement {
  about: { month: string; madeAt: string; fingerprint: string };
  /** Empty when the statement is no witness. */
  heads: readonly ChainHead[];
  findings: Finding[];
}

/** @throws Error with a sentence for the operator when the text is no statement at all. */
export function checkStatement(text: string, { publicKey }: Pick<StatementKey, "publicKey">): CheckedStatement {
  const statement = read(text);
  const { month, madeAt, heads, signature } = statement;
  const fingerprint = fingerprintOf(signature.publicKey);
  const findings = new FindingList();
  if (!isSignatureGood(statement))
    findings.add("signature-wrong", `The statement for ${month} was changed after it was signed.`);
  else if (signature.publicKey !== publicKey)
    findings.add(
      "signature-wrong",
      `The statement for ${month} was signed with another key (${fingerprint}) than this gateway's (${fingerprintOf(publicKey)}).`,
    );
  const isGood = findings.kept.length === 0;
  return { about: { month, madeAt, fingerprint }, heads: isGood ? heads : [], findings: findings.kept };
}

function read(text: string): SignedStatement {
  let value: Partial<SignedStatement> | null = null;
  try {
    value = JSON.parse(text) as Partial<SignedStatement> | null;
  } catch {
    // Said below.
  }
  const { format, heads, signature, month, madeAt } = value ?? {};
  const isOne =
    format === "tokligence-ledger-statement/1" &&
    typeof month === "string" &&
    typeof madeAt === "string" &&
    Array.isArray(heads) &&
    heads.every(
      (head) => Number.isInteger(head?.instanceId) && Number.isInteger(head?.place) && typeof head?.hash === "string",
    ) &&
    typeof signature?.publicKey === "string" &&
    typeof signature.value === "string";
  if (!isOne) throw new Error("This is no statement of a ledger: give the JSON file of one.");
  return value as SignedStatement;
}
