/** Sends mails over SMTP; on a developer's own machine, where there is no server, keeps and prints them instead. */
import type { Clock } from "../lib/clock.ts";
import type { SmtpSettings } from "../settings/sign-in-types.ts";
import type { CredentialRef } from "../settings/types.ts";
import type { Mail, Mailer, SentMail } from "./types.ts";

interface MailWorld {
  /** Null where no server was named. */
  smtp: SmtpSettings | null;
  /** Whether mails may be kept and printed in place of being sent. */
  mayPrint: boolean;
  clock: Clock;
  resolveSecret(ref: CredentialRef): Promise<string>;
  readFile(path: string): Promise<string>;
  /** To who sits at the gateway's terminal; never into the log's file. */
  print(text: string): void;
}

const MAX_KEPT = 20;
const CONNECT_MS = 10_000;
const SILENCE_MS = 30_000;

export function createMailer(world: MailWorld): Mailer {
  const { smtp } = world;
  if (smtp !== null) return { mode: "smtp", send: (mail) => sendOver(smtp, world, mail), outbox: () => [] };
  if (!world.mayPrint) {
    const send = async (): Promise<void> => {
      throw new Error("no mail server is configured");
    };
    return { mode: "off", send, outbox: () => [] };
  }
  const kept: SentMail[] = [];
  return {
    mode: "outbox",
    async send(mail) {
      kept.unshift({ ...mail, atUs: world.clock.nowUs() });
      kept.length = Math.min(kept.length, MAX_KEPT);
      world.print(`\n--- mail to ${mail.to}: ${mail.subject}\n${mail.text}---\n`);
    },
    outbox: () => kept,
  };
}

/** A connection for each: sign-ins are rare, and a password that was changed is used from the next mail on. */
async function sendOver(smtp: SmtpSettings, world: MailWorld, mail: Mail): Promise<void> {
  const { createTransport } = await import("nodemailer");
  const auth =
    smtp.user === null || smtp.password === null
      ? null
      : { user: smtp.user, pass: await world.resolveSecret(smtp.password) };
  const ca = smtp.caFile === null ? null : await world.readFile(smtp.caFile);
  const transport = createTransport({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.tls === "tls",
    requireTLS: smtp.tls === "starttls",
    ignoreTLS: smtp.tls === "none",
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    // What a mail is made of comes from here alone.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(auth === null ? {} : { auth }),
    tls: { minVersion: "TLSv1.2", ...(ca === null ? {} : { ca }) },
  });
  try {
    await transport.sendMail({
      from: smtp.from,
      to: { name: "", address: mail.to },
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      headers: { "Auto-Submitted": "auto-generated" },
    });
  } finally {
    transport.close();
  }
}
