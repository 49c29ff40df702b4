import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { CATALOGUE_ROWS } from "../../../config/catalogue/index.ts";
import { PROVIDER_WIRES } from "../../../src-gateway/ir/protocol.ts";
import { CATALOGUE } from "../../../src-gateway/providers/catalogue.ts";
import { COMPAT_FLAGS } from "../../../src-gateway/providers/compat.ts";
import { AUTH_SCHEMES } from "../../../src-gateway/providers/types.ts";
import { describeProviders } from "../../support/describe-providers.ts";

const wire = z.enum(PROVIDER_WIRES);
const auth = z.enum(AUTH_SCHEMES);
const address = z.string().regex(/^(?:https?:\/\/[^\s?#]*[^/\s?#]|\{base_url\})$/);
const row = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  name: z.string().min(2),
  protocols: z.partialRecord(wire, address),
  otherWires: z.record(z.string(), z.string()),
  auth,
  authByProtocol: z.partialRecord(wire, auth).optional(),
  needsCredential: z.boolean(),
  credentialEnv: z.array(z.string().regex(/^[A-Z][A-Z0-9_]*$/)),
  baseUrlEnv: z.array(z.string().regex(/^[A-Z][A-Z0-9_]*$/)),
  models: z.strictObject({ protocol: wire, path: z.string().startsWith("/") }).nullable(),
  compat: z.array(z.enum(Object.keys(COMPAT_FLAGS) as [keyof typeof COMPAT_FLAGS])),
  quirks: z.array(z.string().min(3)),
  confidence: z.enum(["high", "medium", "low"]),
});
const folder = new URL("../../../config/catalogue/providers/", import.meta.url);

describe("the catalogue", () => {
  it("names every file beside it, once", () => {
    const files = readdirSync(folder).map((name) => name.replace(".json", ""));
    expect([...CATALOGUE.keys()].sort()).toEqual(files.sort());
    expect(CATALOGUE_ROWS).toHaveLength(files.length);
    expect(files.length).toBeGreaterThanOrEqual(52);
  });

  it.each([...CATALOGUE.keys()])("has a row for %s that can be used", (id) => {
    const parsed = row.parse(CATALOGUE.get(id));
    expect(parsed.id).toBe(id);
    const wires = Object.keys(parsed.protocols);
    const named = [...Object.keys(parsed.authByProtocol ?? {}), ...(parsed.models ? [parsed.models.protocol] : [])];
    expect(named.filter((name) => !wires.includes(name))).toEqual([]);
  });

  it("has no environment variable that belongs to two providers", () => {
    const names = [...CATALOGUE.values()].flatMap((each) => [...each.credentialEnv, ...each.baseUrlEnv]);
    expect(names.length).toBe(new Set(names).size);
  });

  it("is listed in docs/providers.md as it is", () => {
    expect(readFileSync(new URL("../../../docs/providers.md", import.meta.url), "utf8")).toContain(
      describeProviders([...CATALOGUE.values()]),
    );
  });
});
