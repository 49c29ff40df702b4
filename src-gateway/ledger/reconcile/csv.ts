/** A CSV file as records that know the line they are from. */
export interface CsvRecord {
  /** Of the file, beginning with 1. */
  line: number;
  cells: string[];
}

const SEPARATORS = [",", ";", "\t"] as const;

/** Takes any line ending and a byte order mark; empty lines are left out. An open quote ends with the file. */
export function readCsv(text: string): CsvRecord[] {
  const body = text.startsWith("\ufeff") ? text.slice(1) : text;
  const separator = separatorOf(body);
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let cell = "";
  let line = 1;
  let startLine = 1;
  let isQuoted = false;
  const endRecord = (): void => {
    cells.push(cell);
    if (cells.some((each) => each.trim() !== "")) records.push({ line: startLine, cells });
    cells = [];
    cell = "";
    startLine = line;
  };
  for (let at = 0; at < body.length; at++) {
    const character = body.charAt(at);
    const isBreak = character === "\n" || (character === "\r" && body.charAt(at + 1) !== "\n");
    if (isBreak) line++;
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (body.charAt(at + 1) === '"') {
        cell += '"';
        at++;
      } else isQuoted = false;
    } else if (character === '"' && cell.trim() === "") {
      isQuoted = true;
      cell = "";
    } else if (character === separator) {
      cells.push(cell);
      cell = "";
    } else if (isBreak) endRecord();
    else if (character !== "\r") cell += character;
  }
  if (cell !== "" || cells.length > 0) endRecord();
  return records;
}

/** The one that the first line has most of. */
function separatorOf(text: string): string {
  const first = text.slice(0, text.search(/[\r\n]|$/));
  const countOf = (separator: string): number => first.split(separator).length;
  return SEPARATORS.reduce((best, each) => (countOf(each) > countOf(best) ? each : best));
}
