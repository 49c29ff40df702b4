import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explainUpdateFailure } from "../../../src-main/updates/explain-update-failure.ts";
import { plainNotes } from "../../../src-main/updates/plain-notes.ts";

describe("notes of a release", () => {
  it("become text with its lines and lists", () => {
    expect(plainNotes("<h2>What&#39;s new</h2>\n<ul>\n<li>One</li><li><b>Two</b> &lt;3</li></ul><p>End</p>")).toBe(
      "What's new\n\n- One\n- Two <3\n\nEnd",
    );
  });

  it("of several versions stand under each other", () => {
    expect(
      plainNotes([
        { version: "1.2.0", note: "<p>b</p>" },
        { version: "1.1.0", note: null },
      ]),
    ).toBe("1.2.0\nb\n\n1.1.0");
  });

  it("that hold a script hold none of it", () => {
    expect(plainNotes("a<script>steal()</script>b<style>*{}</style><script src=x>open")).toBe("ab");
  });

  it("are null where there are none, and are never endless, whatever they are", () => {
    for (const nothing of [null, undefined, "", "<p></p>", []]) expect(plainNotes(nothing)).toBeNull();
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 20_000 }), (text) => {
        const plain = plainNotes(text);
        expect(plain === null || (plain.length > 0 && plain.length <= 8_000)).toBe(true);
        expect(plain ?? "").not.toMatch(/(?!\n)\p{Cc}/u);
      }),
    );
  });
});

describe("what went wrong with an update", () => {
  it.each([
    [{ code: "ENOTFOUND", message: "getaddrinfo ENOTFOUND github.com" }, "cannot be reached"],
    [{ message: "net::ERR_INTERNET_DISCONNECTED" }, "cannot be reached"],
    [{ message: "404 at https://user:secret@host/x?token=1\nstack" }, "The update did not work: 404 at its server"],
    ["odd", "The update did not work: odd"],
    [null, "The update did not work: null"],
  ])("%j is said without addresses", (error, expected) => {
    expect(explainUpdateFailure(error)).toContain(expected);
    expect(explainUpdateFailure(error)).not.toContain("secret");
  });
});
