/** A file as it lies there: behind links, with its rights, and what is missing on the way to it. */
import { AgentError } from "./agent-error.ts";
import { hashBytes } from "./bytes.ts";
import { pathsOf } from "./paths.ts";
import type { AgentWorld, FileFacts } from "./types.ts";

export interface FoundFile {
  /** As it is named. */
  path: string;
  /** Behind all links. */
  realPath: string;
  bytes: Uint8Array | null;
  hash: string | null;
  facts: FileFacts | null;
  /** The folders that would have to be made, outermost first. */
  missingFolders: string[];
}

const MAX_LINKS = 32;

/** @throws AgentError refused for what is no file. */
export async function readFile(world: AgentWorld, path: string): Promise<FoundFile> {
  const { realPath, facts } = await follow(world, path);
  if (facts !== null && facts.kind !== "file") throw new AgentError("refused", `${path} is no file.`, { path });
  const bytes = facts === null ? null : await world.files.read(realPath);
  return {
    path,
    realPath,
    bytes,
    hash: bytes === null ? null : hashBytes(bytes),
    facts: bytes === null ? null : facts,
    missingFolders: bytes === null ? await missingFolders(world, realPath) : [],
  };
}

async function follow(world: AgentWorld, path: string): Promise<{ realPath: string; facts: FileFacts | null }> {
  const { dirname, resolve } = pathsOf(world.platform);
  let here = path;
  for (let step = 0; step < MAX_LINKS; step++) {
    const facts = await world.files.facts(here);
    if (facts?.kind !== "link") return { realPath: here, facts };
    here = resolve(dirname(here), await world.files.linkTarget(here));
  }
  throw new AgentError("refused", `${path} is a link that leads in a circle.`, { path });
}

async function missingFolders(world: AgentWorld, path: string): Promise<string[]> {
  const { dirname } = pathsOf(world.platform);
  const missing: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const facts = await world.files.facts(folder);
    // What a link leads to is found out by the system when something is made there.
    if (facts?.kind === "folder" || facts?.kind === "link") return missing;
    if (facts !== null) throw new AgentError("refused", `${folder} is no folder.`, { path: folder });
    if (dirname(folder) === folder) return missing;
    missing.unshift(folder);
  }
}
