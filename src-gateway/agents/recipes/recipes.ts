/** Every agent that is known, in the order in which lists show them. */
import type { Recipe } from "../types.ts";
import { aider } from "./aider.ts";
import { claudeCode } from "./claude-code.ts";
import { cline } from "./cline.ts";
import { codex } from "./codex.ts";
import { continueAgent } from "./continue.ts";
import { copilotCli } from "./copilot-cli.ts";
import { copilotVsCode } from "./copilot-vscode.ts";
import { crush } from "./crush.ts";
import { droid } from "./droid.ts";
import { geminiCli } from "./gemini-cli.ts";
import { goose } from "./goose.ts";
import { amp, cursor } from "./guided.ts";
import { kiloCode } from "./kilo-code.ts";
import { kimiCli } from "./kimi-cli.ts";
import { openCode } from "./opencode.ts";
import { pi } from "./pi.ts";
import { qwenCode } from "./qwen-code.ts";
import { rooCode } from "./roo-code.ts";
import { zed } from "./zed.ts";

export const RECIPES: readonly Recipe[] = [
  claudeCode,
  codex,
  geminiCli,
  openCode,
  cline,
  continueAgent,
  zed,
  aider,
  copilotVsCode,
  copilotCli,
  goose,
  qwenCode,
  crush,
  rooCode,
  kiloCode,
  droid,
  pi,
  kimiCli,
  cursor,
  amp,
];
