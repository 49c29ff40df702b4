/** INI files with the line of every value, for errors that can be found. Never throws. */
export interface IniValue {
  key: string;
  value: string;
  line: number;
}

export interface IniFile {
  values: IniValue[];
  problems: { line: number; text: string }[];
}

/** Sections are ignored, keys are lower-cased, `#` and `;` begin comments, quotes around a value are taken off. */
export function readIni(text: string): IniFile {
  const values: IniValue[] = [];
  const problems: { line: number; text: string }[] = [];
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";") || /^\[[^\]]*\]$/.test(line)) continue;
    const mark = line.indexOf("=");
    const key = mark < 0 ? "" : line.slice(0, mark).trim().toLowerCase();
    if (key === "") problems.push({ line: index + 1, text: "expected `key = value`" });
    else values.push({ key, value: unquote(line.slice(mark + 1).trim()), line: index + 1 });
  }
  return { values, problems };
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*?)\1\s*(?:[#;].*)?$/.exec(value);
  if (quoted) return quoted[2] ?? "";
  return value.replace(/\s+[#;].*$/, "").replace(/^[#;].*$/, "");
}
