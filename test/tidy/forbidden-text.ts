import type { ProjectFile } from "./project-files.ts";

export interface TextRule {
  /** Which files it is about. */
  files: RegExp;
  pattern: RegExp;
  because: string;
}

/** Split, so that the rule does not find itself. */
const NOTES = new RegExp(`\\b(?:${["TO,DO", "FIX,ME", "XX,X", "HA,CK"].join("|").replaceAll(",", "")})\\b`);

const TEST_FILES = /^test\/.*\.(?:test|spec|suite)\.tsx?$/;
const CODE = /\.(?:ts|tsx|mjs)$/;

export const TEXT_RULES: TextRule[] = [
  {
    files: /^(?:src-|test\/|config\/|deploy\/|docs\/|README\.md)/,
    pattern: NOTES,
    because: "a note to oneself in the tree is a promise to nobody; do it, or open an issue",
  },
  {
    files: /./,
    pattern: /(?<![\w/.])(?:\/(?:root|home|Users)\/(?!user\b|you\b|node\b|app\b|<)[a-z]\w*\/|\/work\/|[A-Z]:\\Users\\)/,
    because: "a path of one machine means nothing on another",
  },
  {
    files: CODE,
    pattern: /(?:eslint|oxlint|biome)-(?:disable|ignore)(?!.*--)/,
    because:
      "a rule that is switched off for a line says why after two hyphens: // oxlint-disable-next-line rule -- reason",
  },
  {
    files: CODE,
    pattern: new RegExp(`@ts-(?:ignore|nocheck)`),
    because:
      "it hides every error of the line, also tomorrow's; @ts-expect-error with a reason says when it is no longer wanted",
  },
  {
    files: TEST_FILES,
    pattern: /\b(?:it|test|describe|suite)\.only\b/,
    because: "it silences every other test",
  },
  {
    files: TEST_FILES,
    pattern: /\.skip\(\s*\)|\.todo\(|\b(?:it|describe)\.skip\(/,
    because: 'a skipped test is counted with its reason: call skip("what this machine lacks") inside it',
  },
  {
    files: TEST_FILES,
    pattern: /\.(?:skipIf|runIf)\((?!.*\bneeds\b)/,
    because: 'a skipped test is counted with its reason, so its name says what it wants: "… (needs PostgreSQL)"',
  },
  {
    files: TEST_FILES,
    pattern: /\bsleep\(|setTimeout\(\s*(?:resolve|resolved|done|res|r|ok)\b|from "node:timers\/promises"/,
    because: "a test that sleeps is slow on a fast machine and fails on a slow one; wait for the condition itself",
  },
];

/** One sentence for each line that a rule forbids. */
export function forbiddenText(files: ProjectFile[], rules: TextRule[]): string[] {
  const found: string[] = [];
  for (const { path, text } of files) {
    const rulesHere = rules.filter((rule) => rule.files.test(path));
    if (!rulesHere.some((rule) => rule.pattern.test(text))) continue;
    for (const [index, line] of text.split("\n").entries()) {
      for (const rule of rulesHere) {
        if (rule.pattern.test(line)) found.push(`${path}:${index + 1}: ${line.trim()}: ${rule.because}.`);
      }
    }
  }
  return found;
}
