/** Settings as people and programs really leave them behind, by notation. All can be read by the agents; none is tidy. */
import type { FileFormat } from "../../../src-gateway/agents/types.ts";

const json: Record<string, string> = {
  empty: "",
  "blanks only": "  \n\n",
  "empty object": "{}",
  "spread empty object": "{\n\n}\n",
  "one line": '{"theme":"dark","n":[1,2,3]}',
  "one line with blanks": '{ "theme": "dark" }\n',
  "no end of line": '{\n  "theme": "dark"\n}',
  tabs: '{\n\t"theme": "dark",\n\t"list": [\n\t\t1\n\t]\n}\n',
  "four blanks": '{\n    "theme": "dark",\n    "deep": {\n        "er": true\n    }\n}\n',
  windows: '{\r\n  "theme": "dark",\r\n  "x": {}\r\n}\r\n',
  mixed: '{\n  "theme": "dark",\r\n  "x": 1\n}\r\n',
  mark: '\ufeff{\n  "theme": "dark"\n}\n',
  "mark and windows": '\ufeff{\r\n\t"theme": "dark"\r\n}',
  comments:
    '// mine\n{\n  // about the theme\n  "theme": "dark", // keep\n  /* "old": 1, */\n  "last": null /* ! */\n  // the end\n}\n// after\n',
  "comment only inside": "{\n  // nothing yet\n}\n",
  "trailing commas": '{\n  "theme": "dark",\n  "list": [\n    1,\n    2,\n  ],\n}\n',
  "comma first": '{ "theme": "dark"\n, "x": 1\n, "y": [ 2\n       , 3 ]\n}\n',
  "twice the same": '{\n  "theme": "dark",\n  "theme": "light",\n  "a": 1\n}\n',
  "strange words": '{"": 0, "a.b": {"c": "\\u00e9\\"}{"}, "ключ": "値 🙂", "//": "no comment", "__proto__": 1}',
  numbers: '{"big": 12345678901234567890, "f": 1.0, "e": 1E+5, "z": -0}',
  "broken layout": '{"a":\n1,"b"  :[ ],\n\n\n      "c":{\n}\n   ,"d":"x"}   \n\n\n',
};

const toml: Record<string, string> = {
  empty: "",
  "comments only": "# mine\n\n# nothing\n",
  "no end of line": 'model = "gpt-5.4"',
  "table first": "# about\n\n[tui]\ntheme = 'x'\n",
  windows:
    'model = "a" # keep\r\n\r\n[mcp_servers.docs]\r\ncommand = "npx"\r\nargs = [\r\n  "-y", # yes\r\n  "docs",\r\n]\r\n',
  mark: '\ufeffmodel = "a"\n',
  "words that look like tables":
    'note = """\n[model_providers.x]\nmodel_provider = 1\n"""\nraw = \'\'\'\n# no comment\n\'\'\'\n[a]\nb = "#"\n',
  "dotted and quoted": 'a.b.c = 1\n"x y".z = { q = 1, w = "," }\n[ "p"."q r" ]\n"k=v" = \'=\'\n',
  lists: "[[hooks]]\nmodel_provider = 'not this one'\n\n[[hooks]]\nname = 1\n[hooks.deep]\nx = 1979-05-27T07:32:00Z\n",
  others: 'model_provider = "other"\n\n[model_providers.other]\nname = "Other"\nbase_url = "http://o/v1"\n',
  indented: "  model = 'a'\n\t[table]\n\t\tx = 1\n\n\n",
  "blank end": "a = 1\n\n\n\n",
};

const yaml: Record<string, string> = {
  empty: "",
  "comments only": "# mine\n",
  "document mark": "---\nname: Mine # keep\n",
  "no end of line": "name: Mine",
  windows: "name: Mine\r\nmodels:\r\n  - name: A\r\n    model: a\r\n# end\r\n",
  mark: "\ufeffname: Mine\n",
  "flat list": "models:\n- name: A\n  roles: [chat]\n- name: B\nrules:\n- be kind\n",
  "empty list": "models: []\nname: 'x'\n",
  "empty value": "models:\nname: x\n",
  blocks: "prompt: |\n  line\n   more\n\nfold: >-\n  a\n  b\nend: true\n",
  anchors: "base: &base\n  a: 1\nother:\n  <<: *base\n  b: [1, {c: d}]\n",
  "end mark": "a: 1\n...\n",
  comments: "# top\n\na: 1 # one\n\n# before b\nb:\n  # inside\n  c: 2\n\n# bottom\n",
  "long lines": `text: ${"word ".repeat(60)}\nquoted: "a\\tb: #"\n`,
};

const dotenv: Record<string, string> = {
  empty: "",
  "comments only": "# mine\n",
  "no end of line": "A=1",
  windows: "A=1\r\n# note\r\nB=2\r\n",
  mark: "\ufeffA=1\n",
  quotes: "A='x # y'\nB=\"two\nlines\"\nC=`q`\nexport D = spaced # note\n",
  "twice the same": "A=1\nA=2\n\n",
  "not quite": "just words\n=x\nA:1\n  B=2\n",
};

const block: Record<string, string> = {
  empty: "",
  "no end of line": "alias x=y",
  windows: "echo a\r\necho b\r\n",
  mark: "\ufeff# top\n",
  "blank end": "a\n\n\n",
  script:
    '#!/bin/sh\nif true; then\n  provider add mine --api-key "$K"\nfi\n# >>> other (managed) >>>\n# <<< other (managed) <<<\n',
};

export const UGLY: Readonly<Record<FileFormat, Record<string, string>>> = { json, toml, yaml, dotenv, block };

/** Cut in the middle, or no settings at all: to be left alone. */
export const BROKEN: Readonly<Record<FileFormat, string[]>> = {
  json: ['{"a": 1, "b": {', "{'a': 1}", '{"a": 1}}', "[1, 2"],
  toml: ["a = \n", "[t\nx = 1\n", "a = 1\na = 2\n", 'a = """\nno end'],
  yaml: ["a: [1, 2\n", "a: 1\na: 2\n", "a: 1\n---\nb: 2\n", "- just\n- a list\n", "a:\n\t- tab\n"],
  dotenv: ['A="no end\n'],
  block: ["# >>> tokligence (managed) >>>\nhalf\n"],
};
