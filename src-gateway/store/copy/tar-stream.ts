/** The container of a backup: a plain tar, so that a file can be taken out of it without this program. */
export interface TarMember {
  path: string;
  size: number;
  body: AsyncIterable<Buffer> | Iterable<Buffer>;
}

const BLOCK = 512;

/** @throws Error when a body has another length than its head says. */
export async function* writeTar(members: AsyncIterable<TarMember>): AsyncGenerator<Buffer> {
  for await (const { path, size, body } of members) {
    yield headOf(path, size);
    let written = 0;
    for await (const chunk of body) {
      written += chunk.length;
      yield chunk;
    }
    if (written !== size) throw new Error(`${path} has ${written} bytes instead of ${size}`);
    yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

const SIZE_AT = 124;
const SUM_AT = 148;

function headOf(path: string, size: number): Buffer {
  const head = Buffer.alloc(BLOCK);
  head.write(path, 0, 100);
  head.write("0000600\u00000000000\u00000000000\0", 100);
  if (size < 8 ** 11) head.write(`${size.toString(8).padStart(11, "0")}\0`, SIZE_AT);
  else {
    // Beyond 8 GiB the number is binary.
    head[SIZE_AT] = 0x80;
    head.writeBigUInt64BE(BigInt(size), SIZE_AT + 4);
  }
  head.write(
    `${Math.floor(Date.now() / 1000)
      .toString(8)
      .padStart(11, "0")}\0`,
    136,
  );
  head.write("        0", SUM_AT);
  head.write("ustar\u000000", 257);
  head.write(`${sumOf(head).toString(8).padStart(6, "0")}\0 `, SUM_AT);
  return head;
}

const sumOf = (head: Buffer): number => head.reduce((sum, byte) => sum + byte, 0);

/**
 * The members in their order; a body that is not read is passed over.
 * @throws Error when the bytes are no whole tar.
 */
export async function* readTar(bytes: AsyncIterable<Buffer>): AsyncGenerator<TarMember> {
  const reader = new ByteReader(bytes);
  for (;;) {
    const head = await reader.take(BLOCK);
    if (head.every((byte) => byte === 0)) return;
    const told = Number.parseInt(head.toString("latin1", SUM_AT, SUM_AT + 6), 8);
    head.write("        ", SUM_AT);
    if (told !== sumOf(head)) throw new Error("the archive is damaged");
    const path = head.toString("utf8", 0, head.indexOf(0));
    const size =
      head[SIZE_AT] === 0x80
        ? Number(head.readBigUInt64BE(SIZE_AT + 4))
        : Number.parseInt(head.toString("latin1", SIZE_AT, SIZE_AT + 11), 8);
    let left = size;
    const body = async function* (): AsyncGenerator<Buffer> {
      while (left > 0) {
        const chunk = await reader.some(left);
        left -= chunk.length;
        yield chunk;
      }
    };
    yield { path, size, body: body() };
    while (left > 0) left -= (await reader.some(left)).length;
    await reader.take((BLOCK - (size % BLOCK)) % BLOCK);
  }
}

class ByteReader {
  private readonly bytes: AsyncIterator<Buffer>;
  private chunk: Buffer = Buffer.alloc(0);

  constructor(bytes: AsyncIterable<Buffer>) {
    this.bytes = bytes[Symbol.asyncIterator]();
  }

  /** At least one byte and at most so many. */
  async some(most: number): Promise<Buffer> {
    while (this.chunk.length === 0) {
      const { value, done } = await this.bytes.next();
      if (done === true) throw new Error("the archive ends too early");
      this.chunk = value;
    }
    const taken = this.chunk.subarray(0, most);
    this.chunk = this.chunk.subarray(taken.length);
    return taken;
  }

  async take(size: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let left = size; left > 0; ) {
      const piece = await this.some(left);
      left -= piece.length;
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }
}
