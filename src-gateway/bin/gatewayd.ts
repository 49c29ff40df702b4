#!/usr/bin/env node
import { runOnProjectNode } from "./run-on-project-node.ts";

// Loaded only after the check: the daemon pulls in the native database.
if (runOnProjectNode()) void import("../daemon.ts").then(({ runDaemon }) => runDaemon(process.argv.slice(2)));
