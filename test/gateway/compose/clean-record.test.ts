import { describe, expect, it } from "vitest";
import { cleanRecord } from "../../../src-gateway/compose/clean-record.ts";
import { createRedactor } from "../../../src-gateway/secrets/redact.ts";
import { completedRecord, FIRST_ID } from "../../support/exchange-records.ts";

const SECRET = "a-planted-secret-0123456789";

describe("a record that is about to be kept", () => {
  it("holds no secret, however often the same text comes and whatever came in between", () => {
    const redactor = createRedactor();
    redactor.add(SECRET);
    for (const session of [`s ${SECRET}`, "plain", `s ${SECRET}`, `s ${SECRET}`, "plain", "plain", "x".repeat(300)]) {
      const record = cleanRecord(completedRecord(FIRST_ID, { session, gitBranch: session }), redactor);
      expect(JSON.stringify(record)).not.toContain(SECRET);
      expect(record.session === session).toBe(!session.includes(SECRET));
    }
  });

  it("is looked at anew when a text turns out to be a secret", () => {
    const redactor = createRedactor();
    const seen = (): string => JSON.stringify(cleanRecord(completedRecord(FIRST_ID, { project: SECRET }), redactor));
    expect(seen()).toContain(SECRET);
    expect(seen()).toContain(SECRET);
    redactor.add(SECRET);
    expect(seen()).not.toContain(SECRET);
  });
});
