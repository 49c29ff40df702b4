import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ENDPOINTS } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { describeApi, type OpenApi } from "../../../src-gateway/admin-api/openapi/describe-api.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";

let gateway: TestGateway;
let api: OpenApi;
beforeAll(async () => {
  gateway = await startTestGateway();
  api = (await (await fetch(`${gateway.url}/api/v1/openapi.json`)).json()) as OpenApi;
});
afterAll(() => gateway.stop());

describe("the description of the API", () => {
  it("is one of OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(api));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(api["openapi"]).toBe("3.1.0");
  });

  it("has every endpoint once, and leads nowhere that is not there", () => {
    const operations = Object.values(api.paths).flatMap((path) => Object.values(path));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Object.keys(ENDPOINTS).filter((name) => !ids.includes(name))).toEqual([]);
    const refs = [...JSON.stringify(api).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = ""]) => ref);
    const missing = refs.filter((ref) => {
      const place = ref.replace(/^#\//, "").split("/");
      return (
        place.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], api) === undefined
      );
    });
    expect(refs.length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });

  it("is made in no time, and is the same each time", () => {
    const started = performance.now();
    expect(describeApi("1")).toEqual(describeApi("1"));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("the page that shows it", () => {
  it("comes with all that it needs, and may ask nobody else", async () => {
    const page = await fetch(`${gateway.url}/api/docs`);
    expect(page.status).toBe(200);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain("http");
    const html = await page.text();
    expect(html).not.toMatch(/https?:/);
    const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = ""]) => path);
    expect(files).toHaveLength(3);
    for (const path of files) {
      const file = await fetch(gateway.url + path);
      expect(file.status).toBe(200);
      expect(file.headers.get("content-type")).toMatch(path.endsWith(".css") ? /^text\/css/ : /javascript/);
      // Style sheets are left empty by the test runner; the browser test sees them as they are built.
      expect((await file.text()).length).toBeGreaterThan(path.endsWith(".css") ? -1 : 50);
    }
  });
});
