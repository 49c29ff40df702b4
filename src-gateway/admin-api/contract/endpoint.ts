/** The form that every endpoint of the admin API is declared in. */
import { z } from "zod";
import type { Right } from "../../auth/rights.ts";

/** Who may call: everybody, or who has the right. The table of rights is in auth/rights.ts. */
export type Access = "public" | Right;

export interface Endpoint {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/v1`; `{name}` is a parameter. */
  path: string;
  access: Access;
  summary: string;
  query: z.ZodType;
  body: z.ZodType;
  reply: z.ZodType;
}

// A misspelt field that is silently ignored would look as if it had worked.
export const nothing = z.strictObject({});
/** Numbers arrive as text in a query. */
export const whole = z.coerce.number().int().nonnegative();
export const flag = z.enum(["true", "false"]).transform((text) => text === "true");

export const endpoint = <Path extends string, Query extends z.ZodType, Body extends z.ZodType, Reply extends z.ZodType>(
  method: Endpoint["method"],
  path: Path,
  access: Access,
  summary: string,
  shapes: { query?: Query; body?: Body; reply: Reply },
) => ({
  method,
  path,
  access,
  summary,
  query: (shapes.query ?? nothing) as Query,
  body: (shapes.body ?? nothing) as Body,
  reply: shapes.reply,
});
