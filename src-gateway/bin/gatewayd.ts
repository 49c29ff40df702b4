#!/usr/bin/env node
import { keepCompiled } from "./keep-compiled.ts";
import { runOnProjectNode } from "./run-on-project-node.ts";

// Loaded only after the check: the daemon pulls in the native database.
if (runOnProjectNode() && keepCompiled())
  void import("../daemon.ts").then(({ runDaemon }) => runDaemon(process.argv.slice(2)));
