import { GatewayError } from "../ir/errors.ts";

/** Mailboxes are compared without case, as every provider does, whatever the standard allows. */
export const normaliseEmail = (text: string): string => text.trim().toLowerCase();

// Made when they are asked for: letters and numbers of all alphabets are looked up for that, which a start does without.
const isLocalPart = (text: string): boolean =>
  /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u.test(text);
const isDomain = (text: string): boolean =>
  /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)*$/u.test(
    text,
  );

/**
 * The address as it is stored. A domain of one word is fine: `admin@local` is the default root admin.
 * @throws GatewayError invalid_request
 */
export function checkEmail(text: string): string {
  const email = normaliseEmail(text);
  const at = email.lastIndexOf("@");
  const [local, domain] = [email.slice(0, Math.max(0, at)), email.slice(at + 1)];
  if (at > 0 && email.length <= 254 && local.length <= 64 && isLocalPart(local) && isDomain(domain)) return email;
  throw new GatewayError("invalid_request", "This is no e-mail address. It should look like name@example.com.", {
    param: "email",
  });
}
