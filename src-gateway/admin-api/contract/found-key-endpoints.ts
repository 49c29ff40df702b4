/** Providers' keys that lie in variables and files, and could be kept better. */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";

export const foundKeySchema = z.object({
  id: z.string(),
  provider: z.string(),
  from: z.enum(["environment", "file"]),
  /** Name of the variable, or file and line; never the key. */
  where: z.string(),
  /** The configuration uses it from there; else nobody does yet. */
  inUse: z.boolean(),
});
export type FoundKeyView = z.infer<typeof foundKeySchema>;

export const FOUND_KEY_ENDPOINTS = {
  findKeys: endpoint(
    "GET",
    "/found-keys",
    "config:write",
    "Providers' keys in variables and, for the operator of this computer, in files of other programs; never their values",
    { reply: z.array(foundKeySchema) },
  ),
  moveKeys: endpoint(
    "POST",
    "/found-keys/move",
    "config:write",
    "Keep these keys in the secret store, and have the configuration use them from there; the originals stay",
    {
      body: z.strictObject({ ids: z.array(z.string().max(1_000)).min(1).max(200) }),
      reply: z.array(z.object({ provider: z.string(), reference: z.string(), place: z.string() })),
    },
  ),
};
