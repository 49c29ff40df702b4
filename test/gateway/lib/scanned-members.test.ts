import fc from "fast-check";
import { expect, it } from "vitest";
import type { ScannedMember } from "../../../src-gateway/lib/json-scan.ts";
import { ScannedMembers } from "../../../src-gateway/lib/scanned-members.ts";

const name = fc.oneof(
  fc.constantFrom("model", "messages", "__proto__", "constructor", "", "1"),
  fc.string({ maxLength: 3 }),
);

it("is to those who read it what a map is", () => {
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 30 }), fc.array(name, { maxLength: 5 }), (names, others) => {
      const members = new ScannedMembers();
      const map = new Map<string, ScannedMember>();
      for (const [at, each] of names.entries()) {
        const member: ScannedMember = {
          keyStart: at,
          kind: "null",
          start: at,
          end: at,
          elements: null,
          beginnings: [],
        };
        expect(members.has(each)).toBe(false);
        members.add(each, member);
        map.set(each, member);
      }
      for (const each of [...names, ...others]) {
        expect(members.get(each)).toBe(map.get(each));
        expect(members.has(each)).toBe(map.has(each));
      }
      expect(members.size).toBe(map.size);
      expect([...members]).toEqual([...map]);
      expect([...members.keys(), ...members.values()]).toEqual([...map.keys(), ...map.values()]);
      const told: unknown[] = [];
      members.forEach((member, each) => told.push([each, member]));
      expect(told).toEqual([...map]);
    }),
  );
});
