import { describe, expect, it } from "vitest";
import { explainStartFailure } from "../../src-main/explain-start-failure.ts";

describe("a start that failed is explained", () => {
  it.each([
    [{ code: "EADDRINUSE", port: 8081, address: "127.0.0.1" }, "Port 8081", "http://127.0.0.1:8081/console/"],
    [{ code: "EADDRINUSE", port: 8081, address: "::1" }, "Port 8081", "http://[::1]:8081/console/"],
    [{ code: "EACCES", port: 80 }, "port 80", "above 1023"],
    [new Error("Another gateway runs on this folder."), "could not start", "Another gateway runs on this folder."],
    ["odd", "could not start", "odd"],
  ])("%j", (error, message, detail) => {
    const said = explainStartFailure(error);
    expect(said.message).toContain(message);
    expect(said.detail).toContain(detail);
  });
});
