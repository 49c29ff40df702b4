/** A real SMTP server on this machine, which wants encryption and a password, and keeps what it is sent. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { makeCertificate } from "./certificate.ts";

export interface ReceivedMail {
  from: string;
  to: string[];
  user: string | null;
  isEncrypted: boolean;
  headers: Record<string, string>;
  text: string;
  html: string;
}

export interface MailServer {
  port: number;
  /** The certificate that its clients have to trust, in PEM. */
  cert: string;
  mails: ReceivedMail[];
  /** The next mail that arrives is refused. */
  refuseNext(): void;
  stop(): Promise<void>;
}

export const MAIL_USER = { name: "gateway", password: "planted-smtp-password" };

export async function startMailServer(options: { hasTls?: boolean } = {}): Promise<MailServer> {
  const { hasTls = true } = options;
  const { key, cert } = makeCertificate();
  const mails: ReceivedMail[] = [];
  let isRefusing = false;
  const server = new SMTPServer({
    key,
    cert,
    authMethods: ["PLAIN", "LOGIN"],
    hideSTARTTLS: !hasTls,
    disabledCommands: hasTls ? [] : ["STARTTLS"],
    allowInsecureAuth: !hasTls,
    onAuth({ username = "", password = "" }, _session, done) {
      const isGood = username === MAIL_USER.name && password === MAIL_USER.password;
      done(isGood ? null : new Error("wrong name or password"), isGood ? { user: username } : undefined);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (isRefusing) {
          isRefusing = false;
          done(Object.assign(new Error("the box of planted@example.com is full"), { responseCode: 452 }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map(({ address }) => address),
          user: typeof session.user === "string" ? session.user : null,
          isEncrypted: session.secure,
          ...readMail(Buffer.concat(chunks).toString("latin1")),
        });
        done();
      });
    },
  });
  server.on("error", () => {});
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  return {
    port: (server.server.address() as AddressInfo).port,
    cert,
    mails,
    refuseNext: () => void (isRefusing = true),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A mail of two parts, text and HTML. */
function readMail(raw: string): Pick<ReceivedMail, "headers" | "text" | "html"> {
  const { headers, body } = split(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers["content-type"] ?? "")?.[1] ?? "";
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => split(part.replace(/^\r\n/, "")));
  const partOf = (type: string): string => {
    const part = parts.find((each) => each.headers["content-type"]?.startsWith(type));
    return part ? decode(part.body, part.headers["content-transfer-encoding"] ?? "7bit") : "";
  };
  return { headers, text: partOf("text/plain"), html: partOf("text/html") };
}

function split(raw: string): { headers: Record<string, string>; body: string } {
  const end = raw.indexOf("\r\n\r\n");
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const pairs = lines.map((line) => [
    line.slice(0, line.indexOf(":")).toLowerCase(),
    decodeWords(line.slice(line.indexOf(":") + 1).trim()),
  ]);
  return { headers: Object.fromEntries(pairs) as Record<string, string>, body: raw.slice(end + 4) };
}

const decodeWords = (text: string): string =>
  text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_all, kind: string, word: string) =>
      kind.toUpperCase() === "B"
        ? Buffer.from(word, "base64").toString("utf8")
        : decode(word.replaceAll("_", " "), "quoted-printable"),
    );

function decode(body: string, encoding: string): string {
  if (encoding.toLowerCase() === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding.toLowerCase() !== "quoted-printable") return body;
  const bytes = body
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
