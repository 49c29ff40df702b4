#!/usr/bin/env node
import { runOnProjectNode } from "./run-on-project-node.ts";

// Loaded only after the check, as in gatewayd.
if (runOnProjectNode()) void import("../cli/program.ts").then(({ runCli }) => runCli(process.argv.slice(2)));
