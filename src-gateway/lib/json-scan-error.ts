export class JsonScanError extends Error {
  override readonly name = "JsonScanError";
  readonly offset: number;
  constructor(problem: string, offset: number) {
    super(`${problem} at byte ${offset}`);
    this.offset = offset;
  }
}
