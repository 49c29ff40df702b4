import type { Places, Recipe } from "../types.ts";

const folderOf = ({ env, home, join }: Places): string => join(env["GEMINI_CLI_HOME"] ?? home, ".gemini");

/** Sign-in by Google's account or cloud, which is stronger than a key. */
const OTHER_ROADS = ["GOOGLE_GENAI_USE_GCA", "GOOGLE_GENAI_USE_VERTEXAI"];

export const geminiCli: Recipe = {
  id: "gemini-cli",
  title: "Gemini CLI",
  speaks: "Gemini generateContent",
  support: "written",
  commands: ["gemini"],
  traces: (places) => [folderOf(places)],
  needsModel: false,
  files: ({ baseUrl, token, model }, places) => [
    {
      path: places.join(folderOf(places), ".env"),
      format: "dotenv",
      edits: [
        { path: ["GEMINI_API_KEY"], value: token, isSecret: true },
        { path: ["GOOGLE_GEMINI_BASE_URL"], value: baseUrl },
        ...OTHER_ROADS.map((name) => ({ path: [name] })),
      ],
    },
    {
      path: places.join(folderOf(places), "settings.json"),
      format: "json",
      edits: [
        // Without it, a base URL alone makes it choose a way of signing in that it then refuses.
        { path: ["security", "auth", "selectedType"], value: "gemini-api-key" },
        ...(model === null ? [] : [{ path: ["model", "name"], value: model }]),
      ],
    },
  ],
  variables: ({ baseUrl, token }) => ({ GOOGLE_GEMINI_BASE_URL: baseUrl, GEMINI_API_KEY: token }),
  afterwards: [
    "Start it anew.",
    "A project with a .env of its own is not connected: that file is read in place of the one that was written.",
  ],
  strongVariables: ["GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", "GOOGLE_API_KEY", ...OTHER_ROADS],
  projectFiles: ({ cwd, join }) =>
    [join(cwd, ".gemini", ".env"), join(cwd, ".env")].map((path) => ({
      path,
      format: "dotenv",
      keys: ["GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", ...OTHER_ROADS].map((name) => [name]),
    })),
  policies: ({ platform, env, join }) => {
    const folder = {
      linux: "/etc/gemini-cli",
      darwin: "/Library/Application Support/GeminiCli",
      win32: join(env["ProgramData"] ?? "C:\\ProgramData", "gemini-cli"),
    }[platform];
    const keys = [
      ["security", "auth", "enforcedType"],
      ["security", "auth", "selectedType"],
    ];
    return [{ path: join(folder, "settings.json"), format: "json", keys }];
  },
};
