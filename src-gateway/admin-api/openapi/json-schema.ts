import { z } from "zod";

export type Schema = Record<string, unknown>;
export type Components = Record<string, Schema>;

/**
 * A schema of the contract as JSON Schema. Parts that refer to themselves move to the components of the document.
 * @param side what a client may send, or what it is given.
 * @param name what such parts are called after.
 */
export function jsonSchemaOf(
  schema: z.ZodType,
  side: "input" | "output",
  name: string,
  components: Components,
): Schema {
  const made = z.toJSONSchema(schema, {
    io: side,
    unrepresentable: "any",
    override({ jsonSchema }) {
      // Answers may grow; what is sent may not hold what nobody knows.
      if (side === "output" && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  }) as Schema;
  const { $schema: _, $defs, "~standard": _standard, ...rest } = made;
  const own = upperFirst(name);
  const isOwn = JSON.stringify(rest).includes('"$ref":"#"');
  for (const [part, definition] of Object.entries(($defs as Components | undefined) ?? {}))
    components[`${own}_${part}`] = moved(definition, own) as Schema;
  if (!isOwn) return moved(rest, own) as Schema;
  components[own] = moved(rest, own) as Schema;
  return { $ref: `#/components/schemas/${own}` };
}

function moved(value: unknown, own: string): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(item, own));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, name === "$ref" ? target(String(item), own) : moved(item, own)]),
  );
}

const target = (ref: string, own: string): string =>
  ref === "#" ? `#/components/schemas/${own}` : ref.replace(/^#\/\$defs\//, `#/components/schemas/${own}_`);

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
