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

const removedKeySchema = z.object({
  /** Of the file, below the home folder. */
  name: z.string(),
  variable: z.string(),
  /** The secret that holds the key. */
  secret: z.string(),
});

const originalFileSchema = z.object({
  name: z.string(),
  /** What would change, without keys. */
  diff: z.string(),
  keys: z.array(z.object({ id: z.string(), variable: z.string(), secret: z.string(), line: z.number() })),
  /** Lines with more on them than a key: a person has to change them. */
  left: z.array(z.object({ line: z.number(), variable: z.string() })),
});
export type OriginalFileView = z.infer<typeof originalFileSchema>;

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
  findOriginalKeys: endpoint(
    "GET",
    "/found-keys/originals",
    "config:write",
    "Files of the home folder in which keys still stand that are secrets of the gateway, and lines that were taken out of them",
    { reply: z.object({ files: z.array(originalFileSchema), removed: z.array(removedKeySchema) }) },
  ),
  removeOriginalKeys: endpoint(
    "POST",
    "/found-keys/originals/remove",
    "config:write",
    "Take these keys out of their files; the lines can be put back",
    {
      body: z.strictObject({ ids: z.array(z.string().max(1_000)).min(1).max(200) }),
      reply: z.array(removedKeySchema),
    },
  ),
  restoreOriginalKeys: endpoint(
    "POST",
    "/found-keys/originals/restore",
    "config:write",
    "Put the lines back that were taken out of files; where ours is gone, nothing is put back",
    { reply: z.object({ restored: z.array(removedKeySchema), gone: z.array(removedKeySchema) }) },
  ),
};
