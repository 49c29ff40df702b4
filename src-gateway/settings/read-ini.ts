/** INI files with the line of every value, for errors that can be found. Never throws. */
interface IniFile {
  values: { key: string; value: string; line: number }[];
  problems: { line: number; text: string }[];
}

/** Sections are ignored, keys are lower-cased, `#` and `;` begin comments, quotes around a value are taken off. */
export function readIni(text: string): IniFile {
  const file: IniFile = { values: [], problems: [] };
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === "" || /^[#;]/.test(line) || /^\[[^\]]*\]\s*(?:[#;].*)?$/.test(line)) continue;
    const mark = line.indexOf("=");
    const key = mark < 0 ? "" : line.slice(0, mark).trim().toLowerCase();
    // The line itself is not repeated: it could be a key that lost its name.
    if (key === "") file.problems.push({ line: index + 1, text: "is neither a comment nor `key = value`" });
    else file.values.push({ key, value: valueOf(line.slice(mark + 1)), line: index + 1 });
  }
  return file;
}

/** A comment needs white space in front of it, so that colours, passwords and addresses may hold its signs. */
function valueOf(text: string): string {
  const value = text.trim();
  const quote = value.charAt(0);
  const end = quote === '"' || quote === "'" ? value.indexOf(quote, 1) : -1;
  if (end > 0 && /^\s*(?:[#;].*)?$/s.test(value.slice(end + 1))) return value.slice(1, end);
  if (/^[#;]/.test(value) && /^\s/.test(text)) return "";
  return value.split(/\s[#;]/, 1)[0]?.trimEnd() ?? "";
}
