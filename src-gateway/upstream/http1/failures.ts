/** What goes wrong on a connection, under the codes that undici has for it: logs tell them, and what is said must not change with the way. */

/** The answer is not HTTP/1.1. */
export const notHttp = (what: string): Error => new Error(`Response does not match the HTTP/1.1 protocol (${what})`);

export const connectionBroke = (what: string): Error => coded(what, "UND_ERR_SOCKET");

export const headTooLarge = (): Error => coded("Headers Overflow Error", "UND_ERR_HEADERS_OVERFLOW");

export const clientClosed = (): Error => coded("The client is destroyed", "UND_ERR_DESTROYED");

const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code });
