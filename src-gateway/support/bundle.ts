/** What somebody who helps needs to know of a gateway, in one file that can be read before it is sent. Pure. */
import { SUPPORT_SECTIONS } from "../admin-api/contract/support-endpoints.ts";
import type { Scrub } from "./scrub.ts";

export type BundleSection = (typeof SUPPORT_SECTIONS)[number];

export type BundleFacts = Record<Exclude<BundleSection, "log">, unknown> & {
  /** The end of the log's file; null where the log goes elsewhere. */
  log: string[] | null;
};

export interface SupportBundle {
  /** How much there is of each. */
  sections: { name: BundleSection; bytes: number }[];
  /** JSON. */
  content: string;
}

export function makeBundle(facts: BundleFacts, scrub: Scrub): SupportBundle {
  const { log, ...rest } = facts;
  const clean: Record<string, unknown> = scrub.value(rest) as Record<string, unknown>;
  const all: Record<BundleSection, unknown> = {
    ...(clean as Record<Exclude<BundleSection, "log">, unknown>),
    log: log === null ? "The log goes to no file (the setting log_file)." : log.map((line) => scrub.line(line)),
  };
  const ordered = Object.fromEntries(SUPPORT_SECTIONS.map((name) => [name, all[name]]));
  return {
    sections: SUPPORT_SECTIONS.map((name) => ({ name, bytes: Buffer.byteLength(JSON.stringify(all[name] ?? null)) })),
    content: `${JSON.stringify(ordered, null, 1)}\n`,
  };
}
