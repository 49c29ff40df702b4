/** What a client says over its WebSocket, one text frame each: understood as far as the connection itself has to. Pure. */
import { GatewayError } from "../../ir/errors.ts";
import { editJson } from "../../lib/json-edit.ts";
import { JsonScanError, type ScannedObject, scanJson } from "../../lib/json-scan.ts";

export interface CreateEvent {
  /** The body of the same request over HTTP. */
  body: Buffer;
  /** A part of it that the connection remembers: JSON text, `null` where it is left out. */
  input: string;
  previousId: string | null;
  /** False: nothing is asked of a model, the request is only remembered. */
  generates: boolean;
}

/** A text frame, so far as to know its lane and what it wants. */
export interface ClientEvent {
  lane: string | null;
  /** @throws GatewayError invalid_request, unsupported_operation: what cannot be done about it. */
  create(): CreateEvent;
}

const MAX_LANE_CHARS = 200;

/** @throws GatewayError invalid_json, invalid_request when not even the lane is known. */
export function readEvent(bytes: Buffer): ClientEvent {
  let root: ScannedObject;
  try {
    root = scanJson(bytes);
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error;
    throw new GatewayError("invalid_json", `The message is not a JSON object that can be used: ${error.message}.`, {
      cause: error,
    });
  }
  const textOf = (name: string): string => {
    const member = root.members.get(name);
    return member ? bytes.toString("utf8", member.start, member.end) : "null";
  };
  const stringOf = (name: string): string | null => {
    const kind = root.members.get(name)?.kind ?? "null";
    if (kind === "string") return JSON.parse(textOf(name)) as string;
    if (kind === "null") return null;
    throw new GatewayError("invalid_request", `The field "${name}" must be a string.`, { param: name });
  };
  const lane = stringOf("stream_id");
  if (lane !== null && (lane === "" || lane.length > MAX_LANE_CHARS)) {
    const problem = `The field "stream_id" must have 1 to ${MAX_LANE_CHARS} characters.`;
    throw new GatewayError("invalid_request", problem, { param: "stream_id" });
  }
  return {
    lane,
    create() {
      const type = stringOf("type");
      if (type !== "response.create") throw unknownType(type);
      if (textOf("background") === "true") {
        throw new GatewayError(
          "unsupported_operation",
          "Responses in the background are not made over WebSockets. Leave background out.",
          { param: "background" },
        );
      }
      const edits = { type: null, stream_id: null, generate: null, background: null, stream: "true" };
      return {
        body: editJson(bytes, root, edits),
        input: textOf("input"),
        previousId: stringOf("previous_response_id"),
        generates: textOf("generate") !== "false",
      };
    },
  };
}

function unknownType(type: string | null): GatewayError {
  const named = type === null ? "has no type" : `is of the type "${type.slice(0, 100)}"`;
  return new GatewayError("invalid_request", `The message ${named}. This connection takes "response.create".`, {
    param: "type",
  });
}
