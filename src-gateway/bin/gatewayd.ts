#!/usr/bin/env node
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { keepCompiled } from "./keep-compiled.ts";
import { runOnProjectNode } from "./run-on-project-node.ts";

// Loaded only after the check: the daemon pulls in the native database.
if (runOnProjectNode()) {
  const writeCompiled = keepCompiled(dirname(realpathSync(process.argv[1] ?? "")));
  void import("../daemon.ts").then(({ runDaemon }) => runDaemon(process.argv.slice(2), writeCompiled));
}
