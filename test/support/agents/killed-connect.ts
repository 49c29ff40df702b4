/** A process that connects Codex and is killed before one of its steps that change something. */
import { join } from "node:path";
import { thisComputer } from "../../../src-gateway/agents/computer.ts";
import { createAgentDesk } from "../../../src-gateway/agents/desk.ts";
import type { FileAccess } from "../../../src-gateway/agents/types.ts";
import { TARGET, TOKEN } from "./target.ts";

const [, , home = "", last = ""] = process.argv;
let steps = 0;
const CHANGES: ReadonlySet<string> = new Set(["makeFolder", "create", "copyRights", "rename", "flushFolder", "remove"]);

const world = thisComputer({ env: { PATH: "" }, cwd: home, home });
const files = Object.fromEntries(
  Object.entries(world.files).map(([name, work]: [string, (...given: never[]) => unknown]) => [
    name,
    (...given: never[]) => {
      if (CHANGES.has(name) && steps++ === Number(last)) process.kill(process.pid, "SIGKILL");
      return work(...given);
    },
  ]),
) as unknown as FileAccess;

await createAgentDesk({ ...world, files }, join(home, "data")).connect("codex", TARGET, () =>
  Promise.resolve({ id: 7, token: TOKEN }),
);
