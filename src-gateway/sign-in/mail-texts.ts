/** What the mails say. Plain text first; the HTML says the same, without pictures or anything from elsewhere. */
import type { Mail, Visitor } from "./types.ts";

export const MAIL_LANGUAGES = ["en", "zh"] as const;
export type MailLanguage = (typeof MAIL_LANGUAGES)[number];

interface Words {
  subject: (digits: string) => string;
  lead: string;
  link: string;
  /** Before the address that stands in the open. */
  orCopy: string;
  limits: (minutes: number) => string;
  asked: (visitor: string) => string;
  notYou: string;
}

const WORDS: Record<MailLanguage, Words> = {
  en: {
    subject: (digits) => `${digits} is your code for Tokligence Gateway`,
    lead: "Enter this code on the page where you asked for it:",
    link: "Sign in",
    orCopy: "Or open this address, in any browser:",
    limits: (minutes) => `Code and address work once, within ${minutes} minutes.`,
    asked: (visitor) => `It was asked for from ${visitor}.`,
    notYou: "If that was not you, do nothing: nobody gets in without this mail.",
  },
  zh: {
    subject: (digits) => `${digits} 是您的 Tokligence Gateway 验证码`,
    lead: "请在申请验证码的页面上输入：",
    link: "登录",
    orCopy: "也可以在任意浏览器中打开以下地址：",
    limits: (minutes) => `验证码和地址只能使用一次，${minutes} 分钟内有效。`,
    asked: (visitor) => `申请来自：${visitor}。`,
    notYou: "如果不是您本人操作，无需理会：没有这封邮件，任何人都无法登录。",
  },
};

/** The first language that we have, of an `Accept-Language` header or one word. */
export function chooseLanguage(wanted: string | null): MailLanguage {
  for (const part of (wanted ?? "").toLowerCase().split(",")) {
    const name = part.trim().split(/[-_;]/)[0];
    const found = MAIL_LANGUAGES.find((language) => language === name);
    if (found) return found;
  }
  return "en";
}

export function signInMail(input: {
  to: string;
  language: MailLanguage;
  digits: string;
  /** Null where no address of this gateway is known that could be trusted. */
  url: string | null;
  minutes: number;
  visitor: Visitor;
}): Mail {
  const { to, digits, url, minutes } = input;
  const words = WORDS[input.language];
  const visitor = [input.visitor.address, browserOf(input.visitor.userAgent)]
    .filter((part) => part !== null)
    .join(", ");
  const limits = words.limits(minutes);
  const last = [...(visitor === "" ? [] : [words.asked(visitor)]), words.notYou].join(" ");
  const text = [words.lead, `    ${digits}`, ...(url === null ? [] : [words.orCopy, url]), limits, last, ""].join(
    "\n\n",
  );
  const shown = escapeHtml(url ?? "");
  const html = [
    `<!doctype html><html lang="${input.language}"><meta charset="utf-8">`,
    '<body style="font:15px/1.5 system-ui,sans-serif;color:#191a1f;max-width:36em;margin:24px">',
    `<p>${words.lead}</p>`,
    `<p style="font:600 28px/1.2 ui-monospace,monospace;letter-spacing:.15em">${digits}</p>`,
    ...(url === null
      ? []
      : [
          `<p><a href="${shown}" style="display:inline-block;padding:8px 16px;border-radius:6px;background:#4453c4;color:#fff;text-decoration:none">${words.link}</a></p>`,
          `<p style="color:#585c68">${words.orCopy}<br><a href="${shown}" style="color:#4453c4;word-break:break-all">${shown}</a></p>`,
        ]),
    `<p style="color:#585c68">${limits} ${escapeHtml(last)}</p>`,
    "</body></html>\n",
  ].join("\n");
  return { to, subject: words.subject(digits), text, html };
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

/** The browser's name at most: the rest is a stranger's text in somebody's mailbox. */
function browserOf(userAgent: string | null): string | null {
  for (const [mark, name] of BROWSERS) if (userAgent?.includes(mark)) return name;
  return null;
}

/** In this order: each names the ones after it, too. */
const BROWSERS = [
  ["Edg/", "Edge"],
  ["OPR/", "Opera"],
  ["Firefox/", "Firefox"],
  ["Electron/", "Tokligence Gateway"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
] as const;
