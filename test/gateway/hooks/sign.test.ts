import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { signedHeaders, signingKey } from "../../../src-gateway/hooks/sign.ts";

/** The example that implementations of the Standard Webhooks scheme are checked with. */
const EXAMPLE = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  message: { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", body: '{"test": 2432232314}' },
  atMs: 1_614_265_330_000,
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};
const OTHER = `whsec_${Buffer.from("another secret of 24 byt").toString("base64")}`;

describe("the signature of a webhook", () => {
  it("is the one that other implementations make", () => {
    const headers = signedHeaders(EXAMPLE.message, [EXAMPLE.secret], EXAMPLE.atMs);
    expect(headers).toEqual({
      "webhook-id": EXAMPLE.message.id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": EXAMPLE.signature,
    });
  });

  it("is there once for each secret while one replaces the other", () => {
    const { "webhook-signature": both = "" } = signedHeaders(EXAMPLE.message, [OTHER, EXAMPLE.secret], EXAMPLE.atMs);
    const [first, second, ...rest] = both.split(" ");
    const text = `${EXAMPLE.message.id}.1614265330.${EXAMPLE.message.body}`;
    expect(first).toBe(`v1,${createHmac("sha256", signingKey(OTHER)).update(text).digest("base64")}`);
    expect(second).toBe(EXAMPLE.signature);
    expect(rest).toEqual([]);
  });

  it.each([
    "whsec_",
    "whsec_not base64 at all!",
    "whsec_c2hvcnQ=",
    `whsec_${"A".repeat(400)}`,
    "my-plain-password",
  ])("is not made with %j, and the error does not repeat it", (secret) => {
    let message = "";
    try {
      signedHeaders(EXAMPLE.message, [secret], EXAMPLE.atMs);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/secret is not whsec_/);
    expect(message).not.toContain(secret.replace("whsec_", "") || "nothing to look for");
  });
});
