import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HeadMemory } from "../../../../src-gateway/upstream/http1/head-memory.ts";
import { piecesOf, rawAnswer, startUndici, type Undici, understand } from "../../../support/raw-answers.ts";

let undici: Undici;
beforeAll(async () => {
  undici = await startUndici();
});
afterAll(() => undici.close());

const bytesOf = (text: string): Buffer => Buffer.from(text, "latin1");
const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

/** What they do not understand alike, always because ours is the stricter one, or says nothing of what says nothing. */
const STRICTER: [string, string][] = [
  ["HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", "another version"],
  [`${OK}Transfer-Encoding: identity\r\n\r\nabc`, "a coding that is not chunked"],
  [`${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, "more than one coding"],
  [`${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, "a coding told twice"],
  [`${CHUNKED}0\r\nTransfer-Encoding: chunked\r\n\r\n`, "a coding in the trailers"],
  [`${OK}Content-Length: 0000000000000002\r\n\r\nab`, "a length of 16 digits"],
  [`${CHUNKED}0000000000001\r\na\r\n0\r\n\r\n`, "a chunk's size of 13 digits"],
  [`${CHUNKED}1;a="\\""\r\na\r\n0\r\n\r\n`, "an escape in a chunk's extension"],
  [`HTTP/1.1 200 \x01\r\nContent-Length: 0\r\n\r\n`, "a control character in the reason"],
];

describe("an answer's bytes", () => {
  it.each<[string, number, string, boolean]>([
    [`${OK}Content-Length: 2\r\n\r\nab`, 200, "ab", true],
    [`${OK}content-length:0002\r\n\r\nab`, 200, "ab", true],
    ["HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, "", true],
    ["\r\n\r\nHTTP/1.1 404 \xe4\r\nContent-Length: 0\r\n\r\n", 404, "", true],
    ["HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", 200, "a", false],
    [`${OK}Connection: foo, Close\r\nContent-Length: 0\r\n\r\n`, 200, "", false],
    [`${OK}Proxy-Connection: close\r\nContent-Length: 0\r\n\r\n`, 200, "", false],
    [
      `${CHUNKED}1;a=b;c="d e"\r\na\r\n00B\r\nhello world\r\n0;x\r\nT: u\r\nContent-Type: x\r\n\r\n`,
      200,
      "ahello world",
      true,
    ],
    ["HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n", 204, "", true],
    ["HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", 204, "", false],
    ["HTTP/1.1 204 No\r\n\r\n", 204, "", true],
    ["HTTP/1.1 304 No\r\nTransfer-Encoding: chunked\r\n\r\n", 304, "", false],
    [
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nContent-Length: 9\r\n\r\nHTTP/1.1 201 OK\r\nContent-Length: 1\r\n\r\na",
      201,
      "a",
      true,
    ],
    [`${OK}Content-Length: 1\r\n\r\naHTTP/1.1 500 X\r\n\r\n`, 200, "a", false],
    [`${OK}Content-Length: 1\r\n\r\na\r\n`, 200, "a", false],
  ])("%j means %i %j, and whether the connection can be used again: %s", (text, status, body, mayGoOn) => {
    const whole = understand([bytesOf(text)], { ends: false });
    expect(whole).toMatchObject({ outcome: "whole", status, body, mayGoOn });
    const single = understand(
      Array.from(bytesOf(text), (byte) => Buffer.of(byte)),
      { ends: false },
    );
    // A byte at a time, what follows the answer has not come when it is over.
    expect(single).toMatchObject({ outcome: "whole", status, body });
  });

  it("is the whole answer when the connection ends, where nothing else tells its length, and only there", () => {
    expect(understand([bytesOf(`${OK}\r\nabc`)])).toMatchObject({ outcome: "whole", body: "abc", mayGoOn: false });
    expect(understand([bytesOf(`${OK}\r\nabc`)], { ends: false }).outcome).toBe("open");
    for (const text of [
      "",
      "HTT",
      `${OK}A`,
      `${OK}Content-Length: 5\r\n\r\nabc`,
      `${CHUNKED}5\r\nabc`,
      `${CHUNKED}0\r\n`,
    ])
      expect(understand([bytesOf(text)])).toMatchObject({ outcome: "refused", problem: "other side closed" });
  });

  it.each([
    "http/1.1 200 OK\r\n\r\n",
    "HTTP/1.2 200 OK\r\n\r\n",
    "HTTP/1.1 099 X\r\n\r\n",
    "HTTP/1.1 2000 X\r\n\r\n",
    "HTTP/1.1\t200 X\r\n\r\n",
    "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    `${OK}Content-Length: 0\r\n\n`,
    `${OK}A: b\r\n folded\r\nContent-Length: 0\r\n\r\n`,
    `${OK}A : b\r\nContent-Length: 0\r\n\r\n`,
    `${OK}: b\r\nContent-Length: 0\r\n\r\n`,
    `${OK}A\r\nContent-Length: 0\r\n\r\n`,
    `${OK}A: \0\r\nContent-Length: 0\r\n\r\n`,
    `${OK}A: b\rC: d\r\nContent-Length: 0\r\n\r\n`,
    ...["+2", "-2", "0x2", "2 ", " 2 2", "2, 2", "", "2\t", "９", "1e1"].map(
      (n) => `${OK}Content-Length: ${n}\r\n\r\nab`,
    ),
    `${OK}Content-Length: 2\r\nContent-Length: 2\r\n\r\nab`,
    `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${OK}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n`,
    ...["1 \r\na", "\r\na", "x\r\na", "1\na", "1\r\nab", "1;\r\na", "1; a\r\na", "1;=\r\na", "-1\r\na", "0x1\r\na"].map(
      (start) => `${CHUNKED}${start}\r\n0\r\n\r\n`,
    ),
    `${CHUNKED}1${";a".repeat(300)}\r\na\r\n0\r\n\r\n`,
    `${CHUNKED}fffffffffffffffff\r\na\r\n0\r\n\r\n`,
    `${CHUNKED}0\r\nContent-Length: 5\r\n\r\n`,
    `${CHUNKED}0\r\nbad trailer\r\n\r\n`,
    ...STRICTER.map(([text]) => text),
  ])("%j is refused", (text) => {
    const { outcome } = understand([bytesOf(text)], { ends: false });
    expect(outcome).toBe("refused");
    expect(
      understand(
        Array.from(bytesOf(text), (byte) => Buffer.of(byte)),
        { ends: false },
      ).outcome,
    ).toBe("refused");
  });

  it.each(STRICTER)("%j is refused although undici takes it: %s", async (text) => {
    expect((await undici.understand([bytesOf(text)])).outcome).toBe("whole");
  });

  it("gives headers as undici does: lower case, Latin-1, lists, and names that objects have anyway", async () => {
    const head =
      "A: 1\r\na:\xe4 \t\r\nA:\t3\r\n__proto__: x\r\nconstructor: y\r\nConstructor: z\r\nEmpty:\r\nSet-Cookie: c\r\n";
    const answer = bytesOf(`${OK}${head}Content-Length: 0\r\n\r\n`);
    const ours = understand([answer]);
    const theirs = await undici.understand([answer]);
    expect(Object.entries(ours.headers)).toEqual(Object.entries(theirs.headers));
    expect(ours.headers["a"]).toEqual(["1", "\xe4 \t", "3"]);
    expect(Object.getPrototypeOf(ours.headers)).toBe(Object.prototype);
  });

  it("takes a head up to undici's limit and not a byte more, however slowly it comes", async () => {
    const headOf = (length: number): Buffer =>
      bytesOf(`${OK}Content-Length: 0\r\nA: ${"x".repeat(length - "Content-Length0A".length)}\r\n\r\n`);
    for (const [length, outcome] of [
      [16_383, "whole"],
      [16_384, "refused"],
    ] as const) {
      expect((await undici.understand([headOf(length)])).outcome).toBe(outcome);
      expect(understand([headOf(length)]).outcome).toBe(outcome);
    }
    const endless = Array.from({ length: 2_000 }, () => bytesOf("x".repeat(10)));
    for (const start of ["HTTP/1.1 200 ", OK, `${OK}A:`, `${OK}A: `, "\r\n".repeat(9_000), `${CHUNKED}0\r\nA: `])
      expect(understand([bytesOf(start), ...endless], { ends: false }).outcome).toBe("refused");
    expect(
      understand([bytesOf(OK), ...Array.from({ length: 9_000 }, () => bytesOf("a: b\r\n"))], { ends: false }).outcome,
    ).toBe("refused");
  });

  it("remembers nothing of the last answer but what is the same", () => {
    const memory = new HeadMemory();
    const shared = "Content-Type: text/plain\r\nServer: s\r\n";
    for (const [more, id] of [
      ["", "1"],
      ["", "1"],
      ["", "1"],
      ["X-More: y\r\n", "2"],
      ["Content-Typ: z\r\n", "22"],
      ["", "1"],
    ] as const) {
      const text = `${OK}${more}${shared}X-Id: ${id}\r\nContent-Length: 0\r\n\r\n`;
      for (const pieces of [[bytesOf(text)], piecesOf(bytesOf(text), [30, 45, 60])]) {
        const known = understand(pieces, { memory, ends: false });
        expect(known).toEqual(understand(pieces, { ends: false }));
        expect(known.headers["x-id"]).toBe(id);
      }
    }
  });
});

describe("answers that nobody has written down", () => {
  it("mean the same whatever heads came before them, of which most are alike", () => {
    const line = fc.constantFrom(
      "A: 1",
      "A: 2",
      "a:1",
      "B: 1",
      "B:",
      "Set-Cookie: a",
      "__proto__: x",
      "Content-Length: 1",
      "Connection: close",
    );
    const heads = fc.array(fc.array(line, { maxLength: 4 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(heads, fc.array(fc.nat(80), { maxLength: 2 }), (some, cuts) => {
        const memory = new HeadMemory();
        for (const lines of [...some, ...some]) {
          const pieces = piecesOf(bytesOf(`${OK}${lines.map((each) => `${each}\r\n`).join("")}\r\nx`), cuts);
          expect(understand(pieces, { memory })).toEqual(understand(pieces));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("mean the same however they are divided, and whatever came before them", () => {
    const memory = new HeadMemory();
    fc.assert(
      fc.property(rawAnswer, fc.array(fc.nat(2_000), { maxLength: 12 }), (answer, cuts) => {
        const whole = understand([answer]);
        const told = (understood: typeof whole) => ({ ...understood, mayGoOn: null });
        expect(told(understand(piecesOf(answer, cuts), { memory }))).toEqual(told(whole));
        expect(told(understand(Array.from(answer, (byte) => Buffer.of(byte))))).toEqual(told(whole));
      }),
      { numRuns: 3_000 },
    );
  });

  it("are never taken where undici refuses them, and mean the same where both take them", async () => {
    await fc.assert(
      fc.asyncProperty(rawAnswer, fc.array(fc.nat(2_000), { maxLength: 3 }), async (answer, cuts) => {
        const pieces = piecesOf(answer, cuts);
        const ours = understand(pieces);
        if (ours.outcome !== "whole" || / 100\b/.test(answer.toString("latin1"))) return;
        const { mayGoOn: _, ...told } = ours;
        expect(told).toEqual(await undici.understand(pieces));
      }),
      { numRuns: 1_500 },
    );
  });
});
