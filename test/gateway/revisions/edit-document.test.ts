import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { diffLines } from "../../../src-gateway/lib/diff-lines.ts";
import { editDocument } from "../../../src-gateway/revisions/edit-document.ts";
import type { ConfigOperation } from "../../../src-gateway/revisions/types.ts";
import { projectRoot } from "../../tidy/project-files.ts";

const EXAMPLE = readFileSync(join(projectRoot, "config/gateway.example.yaml"), "utf8");
/** As nobody's program would write it. */
const HANDMADE = `# ours
providers:
- id:   a     # the first
  kind: "openai"
  models: [ x,y ]


- {id: b, kind: 'groq'}   # in one line
aliases:   # short names
    fast:  x
    # the slow one
    slow: "y"
`;

const changed = (before: string, after: string): number =>
  diffLines(before, after).filter(({ left, right }) => left !== right).length;

describe("a change of one value", () => {
  it.each([
    ["the example", EXAMPLE, [{ op: "set", path: ["aliases", "fast"], value: "gpt-5" }], 1],
    ["a new member", EXAMPLE, [{ op: "set", path: ["providers", { id: "openai" }, "enabled"], value: false }], 1],
    ["a new alias", EXAMPLE, [{ op: "set", path: ["aliases", "slow"], value: "gpt-5" }], 1],
    ["a member at the end", EXAMPLE, [{ op: "set", path: ["default_provider"], value: "openai" }], 1],
    ["a text that was made by hand", HANDMADE, [{ op: "set", path: ["aliases", "slow"], value: "z" }], 1],
    ["an entry that goes", EXAMPLE, [{ op: "remove", path: ["providers", { id: "anthropic" }] }], 4],
  ] as [
    string,
    string,
    ConfigOperation[],
    number,
  ][])("touches as many lines as it is about: %s", (_title, text, operations, lines) => {
    expect(changed(text, editDocument(text, operations))).toBeLessThanOrEqual(lines);
  });

  it("keeps a comment where its entry goes", () => {
    const after = editDocument(EXAMPLE, [{ op: "move", path: ["providers", { id: "openai" }], to: 3 }]);
    expect(after).toMatch(/# The name is yours[^\n]*\n {2}- id: openai\n/);
    expect(after).toMatch(/providers:\n {2}- id: anthropic\n/);
  });

  it("changes of a map only what differs, so that comments within it stay", () => {
    const text = "providers:\n  - id: a\n    # why\n    kind: openai\n    base_url: https://x.example # for now\n";
    const after = editDocument(text, [
      { op: "set", path: ["providers", { id: "a" }], value: { id: "a", kind: "groq", base_url: "https://x.example" } },
    ]);
    expect(after).toBe(text.replace("openai", "groq"));
  });

  it("is appended under the name that it is asked for by", () => {
    expect(editDocument("", [{ op: "set", path: ["providers", { id: "x" }], value: { kind: "groq" } }])).toBe(
      "providers:\n  - id: x\n    kind: groq\n",
    );
  });

  it("leaves JSON what it is", () => {
    const after = editDocument('{"providers":[]}', [{ op: "set", path: ["aliases", "a"], value: "b" }]);
    expect(JSON.parse(after)).toEqual({ providers: [], aliases: { a: "b" } });
  });

  it("keeps the comments of a file that has nothing else", () => {
    const after = editDocument("# one\n# two\n", [{ op: "set", path: ["aliases", "a"], value: "b" }]);
    expect(after).toMatch(/^# one\n# two\n\s*aliases:\n {2}a: b\n$/);
  });
});

describe("a change that cannot be done", () => {
  it.each([
    [{ op: "remove", path: ["providers", { id: "absent" }] }, 'there is nothing at ["providers",{"id":"absent"}]'],
    [{ op: "remove", path: ["nothing"] }, "there is nothing at"],
    [{ op: "remove", path: [] }, "its path is empty"],
    [{ op: "move", path: ["providers", 0], to: 99 }, '"to" has to be from 0 to 3'],
    [{ op: "insert", path: ["providers", 99], value: {} }, "from 0 to 4"],
    [{ op: "insert", path: ["aliases", "x"], value: {} }, "is no list"],
    [{ op: "set", path: ["providers", 99], value: {} }, "there is nothing at"],
    [{ op: "set", path: ["aliases", "fast", "deeper"], value: 1 }, "there is nothing at"],
    [{ op: "set", path: ["aliases", 0], value: 1 }, "is a map"],
  ] as [ConfigOperation, string][])("says why: %j", (operation, problem) => {
    expect(() => editDocument(EXAMPLE, [{ op: "set", path: ["aliases", "ok"], value: "x" }, operation])).toThrow(
      `Operation 2 (${operation.op}) cannot be done`,
    );
    expect(() => editDocument(EXAMPLE, [operation])).toThrow(problem);
  });
});

/** The same on plain values. */
function model(value: Record<string, unknown>, operation: ConfigOperation): Record<string, unknown> {
  const copy = structuredClone(value) as Record<string, Record<string, unknown> & unknown[]>;
  const [noun, last] = operation.path as [string, string | number];
  const list = copy[noun] as unknown as unknown[];
  if (operation.op === "set") copy[noun] = { ...copy[noun], [last]: operation.value } as never;
  else if (operation.op === "insert") list.splice(Number(last), 0, operation.value);
  else if (operation.op === "move") list.splice(operation.to, 0, ...list.splice(Number(last), 1));
  else list.splice(Number(last), 1);
  return copy;
}

const text = fc.string({ unit: fc.constantFrom(..."ab:#'\"-*&!{}[] \n\\,?|>%@`ü0"), maxLength: 12 });
const operation: fc.Arbitrary<ConfigOperation> = fc.oneof(
  fc.record({
    op: fc.constant("set" as const),
    path: fc.tuple(
      fc.constant("aliases"),
      text.filter((name) => name !== ""),
    ),
    value: text,
  }),
  fc.record({
    op: fc.constant("insert" as const),
    path: fc.tuple(fc.constant("providers"), fc.nat(4)),
    value: fc.record({ id: text, kind: text, models: fc.array(text) }),
  }),
  fc.record({ op: fc.constant("remove" as const), path: fc.tuple(fc.constant("providers"), fc.nat(3)) }),
  fc.record({ op: fc.constant("move" as const), path: fc.tuple(fc.constant("providers"), fc.nat(3)), to: fc.nat(3) }),
);

it.each(["-\n%a", "-\n- a", "?\na", "?\n? a", "-\n#"])("keeps %j in a list that stands in one line", (odd) => {
  const document = "providers: [ {id: a, models: [ x, y ]} ]\n";
  const at = { op: "insert" as const, path: ["providers", 0, "models", 1], value: odd };
  expect(parse(editDocument(document, [at]))).toEqual({ providers: [{ id: "a", models: ["x", odd, "y"] }] });
});

describe("any changes", () => {
  it("mean what they mean on plain values, whatever the texts hold", () => {
    fc.assert(
      fc.property(fc.constantFrom(EXAMPLE, HANDMADE), fc.array(operation, { maxLength: 12 }), (start, operations) => {
        let [document, value] = [start, parse(start) as Record<string, unknown>];
        for (const each of operations) {
          try {
            document = editDocument(document, [each]);
          } catch {
            continue;
          }
          value = model(value, each);
          expect(parse(document)).toEqual(value);
        }
      }),
      { numRuns: 150 },
    );
  });
});
