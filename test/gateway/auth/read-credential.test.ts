import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCredential } from "../../../src-gateway/auth/read-credential.ts";

const none = new URLSearchParams();
const key = `tok_${"a".repeat(43)}`;

describe("the key that a client shows", () => {
  it.each([
    [{ authorization: `Bearer ${key}` }, "", "authorization"],
    [{ authorization: `bearer    ${key}  ` }, "", "authorization"],
    [{ authorization: `BEARER\t${key}` }, "", "authorization"],
    [{ "x-api-key": ` ${key} ` }, "", "x-api-key"],
    [{ "x-goog-api-key": key }, "", "x-goog-api-key"],
    [{ "x-api-key": [key, "second"] }, "", "x-api-key"],
    [{}, `alt=sse&key=${key}`, "query"],
  ])("is found in %j ?%s", (headers, query, from) => {
    expect(readCredential(headers, new URLSearchParams(query))).toEqual({ token: key, from });
  });

  it.each([
    [{}],
    [{ authorization: "Bearer" }],
    [{ authorization: "Bearer  " }],
    [{ authorization: "Basic dXNlcjpwYXNz" }],
    [{ authorization: `Bearer ${key} and more` }],
    [{ "x-api-key": "" }],
    [{ "x-api-key": undefined }],
  ])("is none in %j", (headers) => {
    expect(readCredential(headers, new URLSearchParams("key="))).toBeNull();
  });

  it("is ours when a left-over key of a vendor stands beside it, wherever", () => {
    const vendor = "sk-ant-123";
    expect(readCredential({ authorization: `Bearer ${vendor}`, "x-api-key": key }, none)?.token).toBe(key);
    expect(readCredential({ authorization: `Bearer ${key}`, "x-api-key": vendor }, none)?.token).toBe(key);
    expect(readCredential({ "x-goog-api-key": vendor }, new URLSearchParams({ key }))?.token).toBe(key);
  });

  it("is the one of the standard header when none is ours", () => {
    const found = readCredential({ authorization: "Bearer one", "x-api-key": "two" }, new URLSearchParams("key=three"));
    expect(found).toEqual({ token: "one", from: "authorization" });
  });

  it("is never anything but a text that was sent, whatever was sent", () => {
    const value = fc.oneof(
      fc.string(),
      fc.string().map((text) => `Bearer ${text}`),
      fc.array(fc.string()),
      fc.constant(undefined),
    );
    const headers = fc.record({ authorization: value, "x-api-key": value, "x-goog-api-key": value });
    fc.assert(
      fc.property(headers, fc.webQueryParameters(), (sent, query) => {
        const found = readCredential(sent, new URLSearchParams(query));
        const texts = [...Object.values(sent).flat(), ...new URLSearchParams(query).values()];
        expect(found === null || (found.token !== "" && texts.some((text) => text?.includes(found.token)))).toBe(true);
      }),
    );
  });
});
