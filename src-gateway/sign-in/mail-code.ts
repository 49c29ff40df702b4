/** From an e-mail address to a mail with a code, or to nothing: whoever asked cannot see which. */
import type { Users } from "../auth/types.ts";
import type { Logger } from "../lib/logger.ts";
import { describeError } from "../store/database-errors.ts";
import { MAIL_CODE_US } from "./codes.ts";
import { chooseLanguage, signInMail } from "./mail-texts.ts";
import type { Mailer, SignInCodes, SignInDesk } from "./types.ts";

interface MailCodeWorld {
  users: Pick<Users, "find">;
  codes: SignInCodes;
  mailer: Mailer;
  log: Logger;
  /** The console's address as it may stand in a mail: never one that the request itself has named. */
  consoleUrl: () => string | null;
}

const MAIL_CODE_MINUTES = MAIL_CODE_US / 60_000_000;

export function createMailCode({ users, codes, mailer, log, consoleUrl }: MailCodeWorld): SignInDesk["mailCode"] {
  return async ({ email, browser, language, visitor }) => {
    try {
      const user = await users.find(email);
      const isUser = user?.status === "active" && user.kind !== "service";
      const { link, digits } = await codes.createMailCode({ userId: isUser ? user.id : null, browser });
      if (!isUser) return;
      const base = consoleUrl();
      await mailer.send(
        signInMail({
          to: user.email,
          language: chooseLanguage(language),
          digits,
          url: base === null ? null : `${base}#sign-in=${link}`,
          minutes: MAIL_CODE_MINUTES,
          visitor,
        }),
      );
    } catch (error) {
      // A mail server's words may repeat what it was sent.
      const { responseCode } = error as { responseCode?: number };
      const { code, problem } = describeError(error);
      log.warn({ code, ...(responseCode === undefined ? { problem } : { responseCode }) }, "a mail was not sent");
    }
  };
}
