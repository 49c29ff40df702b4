import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findMultipartModel, multipartBoundary } from "../../../../src-gateway/exchange/passthrough/multipart-model.ts";

const form = (parts: { head: string; value: Buffer }[], boundary: string): Buffer =>
  Buffer.concat([
    ...parts.flatMap(({ head, value }, index) => [
      Buffer.from(`${index === 0 ? "" : "\r\n"}--${boundary}\r\n${head}\r\n\r\n`),
      value,
    ]),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
const field = (name: string, value: string) => ({
  head: `Content-Disposition: form-data; name="${name}"`,
  value: Buffer.from(value),
});
const file = (name: string, value: Buffer) => ({
  head: `content-disposition: form-data; name="${name}"; filename="model"\r\ncontent-type: audio/wav`,
  value,
});

describe("the boundary of a content type", () => {
  it.each([
    ["multipart/form-data; boundary=abc", "abc"],
    ['multipart/form-data; charset=utf-8; boundary="a b:c"', "a b:c"],
    ["Multipart/Mixed;BOUNDARY=x-1; more=2", "x-1"],
    ["multipart/form-data", null],
    ["application/json; boundary=abc", null],
    ["", null],
  ])("%s", (type, boundary) => {
    expect(multipartBoundary(type)).toBe(boundary);
  });
});

describe("the model in a multipart body", () => {
  it("is found behind other fields, by its bytes", () => {
    const bytes = form(
      [field("prompt", 'name="model"'), file("image", Buffer.alloc(300)), field("model", "größe-1")],
      "b",
    );
    const found = findMultipartModel(bytes, "b");
    expect(found?.text).toBe("größe-1");
    expect(bytes.toString("utf8", found?.start, found?.end)).toBe("größe-1");
  });

  it("is no file, and no field that is called alike", () => {
    const others = [
      file("model", Buffer.from("x")),
      field("model_id", "y"),
      field("submodel", "z"),
      field("Model", "w"),
    ];
    expect(findMultipartModel(form(others, "b"), "b")).toBeNull();
  });

  it.each([
    ["without quotes", "Content-Disposition: form-data; name=model"],
    ["in capitals", 'CONTENT-DISPOSITION: FORM-DATA; NAME="model"'],
    ["with further headers", 'Content-Type: text/plain\r\nContent-Disposition: form-data; name="model"\r\nX: y'],
  ])("may be named %s", (_name, head) => {
    expect(findMultipartModel(form([{ head, value: Buffer.from("m") }], "b"), "b")?.text).toBe("m");
  });

  it("is not looked for behind the end, and may be missing, empty, or cut off", () => {
    const end = form([field("a", "b")], "b");
    expect(findMultipartModel(Buffer.concat([end, form([field("model", "m")], "b")]), "b")).toBeNull();
    expect(findMultipartModel(form([field("model", "")], "b"), "b")).toBeNull();
    const whole = form([field("a", "1"), field("model", "m")], "b");
    for (let length = 0; length < whole.length - "--\r\n".length; length++)
      expect(findMultipartModel(whole.subarray(0, length), "b")).toBeNull();
  });

  it("is found in every form, whatever stands before it", () => {
    const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    const parts = fc.array(
      fc.oneof(
        noise.map((bytes) => file("f", bytes)),
        fc.string().map((text) => field("p", text)),
      ),
      {
        maxLength: 5,
      },
    );
    const model = fc.stringMatching(/^[\w./:@-]{1,60}$/);
    fc.assert(
      fc.property(parts, parts, model, (before, after, name) => {
        const bytes = form([...before, field("model", name), ...after], "----unlikely7f3a");
        expect(findMultipartModel(bytes, "----unlikely7f3a")?.text).toBe(name);
      }),
    );
  });

  it("never throws on bytes that are no form", () => {
    const pieces = fc.constantFrom(
      "--b",
      "\r\n",
      "\r\n\r\n",
      'content-disposition: form-data; name="model"',
      "--",
      "x",
      "\0",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (texts) => {
        const bytes = Buffer.from(texts.join(""));
        const found = findMultipartModel(bytes, "b");
        expect(bytes.toString("utf8", found?.start ?? 0, found?.end ?? 0)).toBe(found?.text ?? "");
      }),
    );
  });
});
