import { describe, expect, it } from "vitest";
import { readConfigFile } from "../../../src-gateway/settings/read-config-file.ts";
import { SettingsError } from "../../../src-gateway/settings/types.ts";

const read = (identity: unknown) =>
  readConfigFile("gateway.yaml", JSON.stringify({ identity }), { kinds: new Set(), otherProviderIds: new Set() })
    .identity;
const problemsOf = (identity: unknown): string[] => {
  try {
    read(identity);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(({ key }) => key);
  }
};

describe("identity:", () => {
  it("says what is told to whom", () => {
    expect(
      read([
        { send: "email", header: "X-User-Email", providers: "openai" },
        { send: "id", field: "user" },
      ]),
    ).toEqual([
      { send: "email", header: "x-user-email", providers: ["openai"], where: expect.any(String) },
      { send: "id", field: "user", where: expect.any(String) },
    ]);
  });

  it("refuses what would break a request, or leak a key", () => {
    const wrong: [object, string][] = [
      [{ header: "x-user" }, "identity[0].send"],
      [{ send: "password", header: "x-user" }, "identity[0].send"],
      [{ send: "id" }, "identity[0]"],
      [{ send: "id", header: "x-user", field: "user" }, "identity[0]"],
      [{ send: "id", header: "authorization" }, "identity[0].header"],
      [{ send: "id", header: "x-api-key" }, "identity[0].header"],
      [{ send: "id", field: "messages" }, "identity[0].field"],
      [{ send: "id", field: "model.x" }, "identity[0].field"],
      [{ send: "id", field: "a.b.c" }, "identity[0].field"],
    ];
    for (const [rule, key] of wrong) expect(problemsOf([rule])).toContain(key);
  });
});
