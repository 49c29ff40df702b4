/** The content blocks of a stream: one open at a time, numbered without gaps. */
import type { OpenPart } from "../../ir/answer.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { Citation, Opaque, Part } from "../../ir/part.ts";
import { type PieceFrame, pieceFrame } from "../piece-frame.ts";
import { sseFrame } from "../stream-facts.ts";
import type { EncodeContext } from "../types.ts";
import { encodeCitation } from "./citations.ts";
import { encodeBlock } from "./encode-answer.ts";
import { isObject } from "./home.ts";

/** Every method answers with the frames that are due. Without an open block, all but `open` and `whole` have none. */
export interface BlockWriter {
  open(part: OpenPart): Buffer[];
  delta(text: string): Buffer[];
  /** What stands around the text in the frame of a delta; null where the delta would be more than that, or none. */
  pieceFrame(): PieceFrame | null;
  citation(citation: Citation): Buffer[];
  opaque(opaque: Opaque): Buffer[];
  close(): Buffer[];
  /** A block in one piece; none when the wire has no word for the part. */
  whole(part: Part): Buffer[];
}

interface OpenBlock {
  part: OpenPart;
  /** How the frames of its pieces begin, once there is one: all that differs in them is the text. */
  head: string | null;
  piece: PieceFrame | null;
  /**
   * Text and thinking begin with their first piece: a block without any is not written, because clients send it back and
   * the API refuses it.
   */
  hasBegun: boolean;
  signature: string | null;
}

export function createBlockWriter(context: EncodeContext): BlockWriter {
  let index = 0;
  let open: OpenBlock | null = null;

  const frame = (type: string, fields: JsonObject): Buffer => sseFrame({ type, index, ...fields }, type);
  const delta = (type: string, fields: JsonObject): Buffer =>
    frame("content_block_delta", { delta: { type, ...fields } });
  const headOf = (block: OpenBlock): string => {
    block.head ??= `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{${PIECES[block.part.kind]}:`;
    return block.head;
  };
  const stop = (): Buffer => {
    const closing = frame("content_block_stop", {});
    index++;
    return closing;
  };
  const begin = (block: OpenBlock): Buffer[] => {
    if (block.hasBegun) return [];
    block.hasBegun = true;
    return [frame("content_block_start", { content_block: emptyBlock(block.part, context, index) })];
  };

  return {
    open(part) {
      open = { part, head: null, piece: null, hasBegun: false, signature: null };
      return part.kind === "call" ? begin(open) : [];
    },
    delta(text) {
      return open && text !== "" ? [...begin(open), Buffer.from(`${headOf(open)}${JSON.stringify(text)}}}\n\n`)] : [];
    },
    pieceFrame() {
      if (!open?.hasBegun) return null;
      open.piece ??= pieceFrame(Buffer.from(`${headOf(open)}"`), BEHIND_PIECE);
      return open.piece;
    },
    citation(citation) {
      const json = encodeCitation(citation);
      return open?.part.kind === "text" && json ? [...begin(open), delta("citations_delta", { citation: json })] : [];
    },
    opaque({ value }) {
      // A signature alone is worth a block: the client has to bring it back.
      if (open?.part.kind !== "thinking") return [];
      open.signature = value;
      return begin(open);
    },
    close() {
      const block = open;
      open = null;
      if (!block?.hasBegun) return [];
      const signed =
        block.part.kind === "thinking" ? [delta("signature_delta", { signature: block.signature ?? "" })] : [];
      return [...signed, stop()];
    },
    whole(part) {
      const block = encodeBlock(part, context, { at: index, isOwn: false });
      if (!block) return [];
      const { input } = block;
      if (!isObject(input)) return [frame("content_block_start", { content_block: block }), stop()];
      // Clients put an input together from its deltas.
      return [
        frame("content_block_start", { content_block: { ...block, input: {} } }),
        delta("input_json_delta", { partial_json: JSON.stringify(input) }),
        stop(),
      ];
    },
  };
}

const TEXT_PIECE = '"type":"text_delta","text"';
/** Up to the colon in front of the text. */
const PIECES: Readonly<Record<OpenPart["kind"], string>> = {
  text: TEXT_PIECE,
  refusal: TEXT_PIECE,
  thinking: '"type":"thinking_delta","thinking"',
  call: '"type":"input_json_delta","partial_json"',
};

const BEHIND_PIECE = Buffer.from('"}}\n\n');

function emptyBlock(part: OpenPart, context: EncodeContext, at: number): JsonObject {
  if (part.kind === "thinking") return { type: "thinking", thinking: "", signature: "" };
  if (part.kind !== "call") return { type: "text", text: "" };
  return { ...encodeBlock({ ...part, args: "" }, context, { at, isOwn: false }), input: {} };
}
