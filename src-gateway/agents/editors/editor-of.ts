import type { FileFormat } from "../types.ts";
import { blockEditor } from "./block.ts";
import { dotenvEditor } from "./dotenv.ts";
import { jsonEditor } from "./json.ts";
import { tomlEditor } from "./toml.ts";
import type { Editor } from "./types.ts";
import { yamlEditor } from "./yaml.ts";

const EDITORS: Readonly<Record<FileFormat, Editor>> = {
  json: jsonEditor,
  toml: tomlEditor,
  yaml: yamlEditor,
  dotenv: dotenvEditor,
  block: blockEditor,
};

export const editorOf = (format: FileFormat): Editor => EDITORS[format];
