import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { insideOfList, itemsOfInput, outputOf } from "../../../src-gateway/responses-state/item-texts.ts";
import { listItems } from "../../../src-gateway/responses-state/list-items.ts";

type Page = { data: { id: string }[]; first_id: string | null; last_id: string | null; has_more: boolean };

const ITEMS =
  '{"role":"user","content":"one"},{"type":"function_call_output","call_id":"c","output":"two"},{"type":"message","id":"msg_own","role":"assistant","content":[]}';

describe("the list of input items", () => {
  const page = (query: Partial<Parameters<typeof listItems>[2]>): Page =>
    listItems("resp_x", ITEMS, { limit: 20, after: null, order: "asc", ...query }) as unknown as Page;

  it("gives ids to items that have none, and the long form to messages", () => {
    expect(page({}).data).toEqual([
      {
        id: "msg_x_in0",
        type: "message",
        status: "completed",
        role: "user",
        content: [{ type: "input_text", text: "one" }],
      },
      { id: "item_x_in1", type: "function_call_output", call_id: "c", output: "two" },
      { id: "msg_own", type: "message", status: "completed", role: "assistant", content: [] },
    ]);
  });

  it("is paged from both ends by the last id of a page", () => {
    for (const order of ["asc", "desc"] as const) {
      const seen: string[] = [];
      let after: string | null = null;
      for (;;) {
        const { data, has_more, first_id, last_id } = page({ limit: 2, order, after });
        seen.push(...data.map((item) => item.id));
        expect([first_id, last_id]).toEqual([data[0]?.id, data.at(-1)?.id]);
        if (!has_more) break;
        after = last_id;
      }
      const all = ["msg_x_in0", "item_x_in1", "msg_own"];
      expect(seen).toEqual(order === "asc" ? all : all.reverse());
    }
  });

  it("refuses a cursor that is none, and is empty for a request without input", () => {
    expect(() => page({ after: "msg_other" })).toThrow("msg_other");
    expect(listItems("resp_x", null, { limit: 20, after: null, order: "asc" })).toEqual({
      object: "list",
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    });
  });
});

describe("items as text", () => {
  it("are cut out of lists and joined again without a change of meaning", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 2), (list, indent) => {
        const inside = insideOfList(JSON.stringify(list, null, indent));
        expect(JSON.parse(`[${inside ?? ""}]`)).toEqual(JSON.parse(JSON.stringify(list)));
        expect(inside === null).toBe(list.length === 0);
        const response = JSON.stringify({ id: "r", output: list, usage: { output: 1 } }, null, indent);
        expect(outputOf(response)).toBe(
          list.length === 0 ? null : insideOfList(JSON.stringify({ list }, null, indent)),
        );
      }),
    );
  });

  it("come from what clients may write as input", () => {
    expect(itemsOfInput("null")).toBeNull();
    expect(itemsOfInput("[ ]")).toBeNull();
    expect(itemsOfInput('[{"a":[1]}]')).toBe('{"a":[1]}');
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(JSON.parse(itemsOfInput(JSON.stringify(text)) ?? "")).toEqual({
          type: "message",
          role: "user",
          content: [{ type: "input_text", text }],
        });
      }),
    );
  });
});
