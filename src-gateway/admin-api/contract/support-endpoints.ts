/** What somebody who helps needs to know. */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";

export const SUPPORT_SECTIONS = [
  "versions",
  "status",
  "settings",
  "configuration",
  "providers",
  "health",
  "errors",
  "storage",
  "log",
] as const;

export const SUPPORT_ENDPOINTS = {
  getSupportBundle: endpoint(
    "GET",
    "/support-bundle",
    "metrics:read",
    "Versions, settings, configuration, health, errors and log, without secrets, names, addresses and prompts",
    {
      reply: z.object({
        fileName: z.string(),
        sections: z.array(z.object({ name: z.enum(SUPPORT_SECTIONS), bytes: z.number() })),
        /** JSON, to be written as it is. */
        content: z.string(),
      }),
    },
  ),
};
