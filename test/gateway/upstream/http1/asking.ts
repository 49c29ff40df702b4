import type { Socket } from "node:net";
import { buildConnector } from "undici";
import { createHttp1Client, type Http1Client } from "../../../../src-gateway/upstream/http1/client.ts";
import type { AnswerControls, PlainRequest } from "../../../../src-gateway/upstream/http1/types.ts";

export interface Asked {
  wasTaken: boolean;
  controls(): AnswerControls | null;
  /** What has come so far. */
  seen: { status: number | null; headers: Record<string, unknown>; text: string; bytes: number; ends: number };
  /** Resolves with the failure's message, or null when the answer is whole. */
  end: Promise<(Error & { code?: string }) | null>;
}

export interface ClientOptions {
  keepAliveMs?: number;
  connectMs?: number;
  trustAnyone?: boolean;
  /** Filled with what it connects. */
  sockets?: Socket[];
}

export function newClient(options: ClientOptions = {}): Http1Client {
  const given = {
    timeout: options.connectMs ?? 2_000,
    allowH2: false,
    ...(options.trustAnyone === true ? { rejectUnauthorized: false } : {}),
  };
  const connectorOf = (more: object): buildConnector.connector => {
    const connect = buildConnector({ ...given, ...more });
    return (address, callback) =>
      connect(address, (error, socket) => {
        if (error) return callback(error, null);
        options.sockets?.push(socket);
        callback(null, socket);
      });
  };
  return createHttp1Client(connectorOf, { keepAliveMs: options.keepAliveMs ?? 4_000 });
}

type Given = Partial<Omit<PlainRequest, "body" | "url">> & { body?: string | readonly Buffer[]; isSecure?: boolean };

/** @param onData called with what has come in all. */
export function ask(
  client: Http1Client,
  port: number,
  given: Given = {},
  onData: (controls: AnswerControls, bytes: number) => void = () => {},
): Asked {
  const url = new URL(`${given.isSecure === true ? "https" : "http"}://127.0.0.1:${port}/v1/x?y=1`);
  const { body = "{}", isSecure: _, ...rest } = given;
  let controls: AnswerControls | null = null;
  const seen: Asked["seen"] = { status: null, headers: {}, text: "", bytes: 0, ends: 0 };
  let wasTaken = false;
  const end = new Promise<Error | null>((resolve) => {
    wasTaken = client.send(
      {
        url,
        origin: url.origin,
        path: url.pathname + url.search,
        method: "POST",
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? [Buffer.from(body)] : body,
        ...rest,
      },
      {
        onRequestStart(these) {
          controls = these;
        },
        onResponseStart: (_controls, status, headers) => Object.assign(seen, { status, headers }),
        onResponseData(these, chunk) {
          seen.bytes += chunk.length;
          // Large ones are counted only.
          if (seen.bytes < 100_000) seen.text += chunk.toString("latin1");
          onData(these, seen.bytes);
        },
        onResponseEnd() {
          seen.ends++;
          resolve(null);
        },
        onResponseError(_controls, error) {
          seen.ends++;
          resolve(error);
        },
      },
    );
  });
  return { wasTaken, controls: () => controls, seen, end };
}
