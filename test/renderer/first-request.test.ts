import { describe, expect, it } from "vitest";
import { firstRequestCommand } from "../../src-renderer/features/overview/first-request.ts";

describe("the command for the first request", () => {
  it("carries the key, takes it from the shell, or needs none", () => {
    expect(firstRequestCommand("http://127.0.0.1:8081", "tok_a-b")).toContain('"Authorization: Bearer tok_a-b"');
    expect(firstRequestCommand("http://127.0.0.1:8081", undefined)).toContain("Bearer $TOKLIGENCE_API_KEY");
    expect(firstRequestCommand("http://127.0.0.1:8081", null)).not.toContain("Authorization");
  });
});
