/** Tokens of issuers in place of client keys: checked in memory, with the issuer's keys and the users as they are now. */
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { TokenIssuerConfig } from "../settings/sign-in-types.ts";
import { describeError } from "../store/database-errors.ts";
import type { Store } from "../store/open-store.ts";
import { normaliseEmail } from "./email.ts";
import { createIssuerKeys, type IssuerKeys } from "./issuer-keys.ts";
import { isSignedBy, type Jwt, readJwt } from "./jwt.ts";
import { fingerprint, type KeyHasher } from "./key-hasher.ts";
import { readPeopleVersion } from "./read-keys.ts";
import { identityKey, readIdentitiesVersion, readTokenUsers, type TokenUsers } from "./token-users.ts";
import type { KeyRing, Principal } from "./types.ts";

export interface TokenRing {
  /** Null for what is no token of a kind that is taken here. @throws GatewayError invalid_api_key, user_suspended. */
  authenticate(token: string): Principal | null;
  /** Other issuers from now on. Resolves when their keys are here, or cannot be had. */
  setIssuers(issuers: readonly TokenIssuerConfig[]): Promise<void>;
  stop(): void;
}

interface TokenRingOptions {
  clock: Clock;
  log: Logger;
  keyRing: Pick<KeyRing, "onLoad" | "isOnDemand">;
  pollMs?: number;
}

const POLL_MS = 2_000;
/** Clocks that differ. */
const SKEW_S = 60;
const MAX_RECENT = 10_000;

interface Issuer {
  config: TokenIssuerConfig;
  keys: IssuerKeys;
}

export function createTokenRing(store: Store, hasher: KeyHasher, options: TokenRingOptions): TokenRing {
  return new Ring(store, hasher, options);
}

class Ring implements TokenRing {
  private readonly store: Store;
  private readonly hasher: KeyHasher;
  private readonly options: TokenRingOptions;
  private issuers: Issuer[] = [];
  private users: TokenUsers = { byEmail: new Map(), byIdentity: new Map() };
  /** Tokens whose signature is good, by fingerprint: a signature is checked once. */
  private readonly recent = new Map<string, Jwt>();
  private version = "";
  private timer: NodeJS.Timeout | null = null;
  private readonly unwatch: () => void;

  constructor(store: Store, hasher: KeyHasher, options: TokenRingOptions) {
    this.store = store;
    this.hasher = hasher;
    this.options = options;
    this.unwatch = options.keyRing.onLoad(() => {
      if (this.issuers.length > 0) void this.load();
    });
  }

  authenticate(token: string): Principal | null {
    if (this.issuers.length === 0 || token.startsWith("tok_")) return null;
    const print = fingerprint(token);
    const jwt = this.recent.get(print) ?? readJwt(token);
    if (jwt === null) return null;
    const issuer = this.issuers.find(({ config }) => config.issuer === jwt.claims["iss"]);
    if (!issuer) throw refuse("is of an issuer that this gateway does not take tokens of");
    if (!this.recent.has(print)) {
      if (!isSignedBy(jwt, issuer.keys.known())) {
        issuer.keys.refresh();
        throw refuse("is not signed by a key of its issuer");
      }
      if (this.recent.size >= MAX_RECENT) this.recent.clear();
      this.recent.set(print, jwt);
    }
    checkClaims(jwt, issuer.config, this.options.clock.nowUs() / 1_000_000);
    return this.userOf(jwt, issuer.config);
  }

  async setIssuers(configs: readonly TokenIssuerConfig[]): Promise<void> {
    const before = this.issuers;
    const same = (a: TokenIssuerConfig, b: TokenIssuerConfig): boolean =>
      a.issuer === b.issuer && a.jwksUrl === b.jwksUrl;
    this.issuers = configs.map((config) => ({
      config,
      keys: before.find((old) => same(old.config, config))?.keys ?? createIssuerKeys(config, this.options.log),
    }));
    for (const { config, keys } of before) if (!configs.some((other) => same(other, config))) keys.stop();
    this.recent.clear();
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    if (configs.length === 0) return;
    this.timer = setInterval(() => void this.poll(), this.options.pollMs ?? POLL_MS);
    this.timer.unref();
    await Promise.all([this.load(), ...this.issuers.map(({ keys }) => keys.settled())]);
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
    for (const { keys } of this.issuers) keys.stop();
    this.unwatch();
  }

  private userOf({ claims }: Jwt, { issuer, trustEmail }: TokenIssuerConfig): Principal {
    const { sub, email } = claims;
    const known = typeof sub === "string" ? this.users.byIdentity.get(identityKey(issuer, sub)) : undefined;
    const isVerified = claims["email_verified"] === true || trustEmail;
    const named = typeof email === "string" && isVerified ? this.users.byEmail.get(normaliseEmail(email)) : undefined;
    const user = known ?? named;
    if (!user) throw refuse("belongs to nobody who is a user here");
    if (user.isSuspended)
      throw new GatewayError("user_suspended", "This user is suspended. Ask the administrator of the gateway.");
    return user.principal;
  }

  private async load(): Promise<void> {
    try {
      const version = await this.readVersion();
      this.users = await readTokenUsers(this.store, this.hasher);
      this.version = version;
    } catch (error) {
      this.options.log.warn(describeError(error), "users cannot be read; those known go on");
    }
  }

  private async poll(): Promise<void> {
    // The key ring says it when the database is out of reach.
    const version = await this.readVersion().catch(() => this.version);
    if (version !== this.version) await this.load();
  }

  private async readVersion(): Promise<string> {
    const identities = await readIdentitiesVersion(this.store);
    // A key ring that looks keys up has no reason to look for changes of their users.
    return this.options.keyRing.isOnDemand() ? identities + (await readPeopleVersion(this.store)) : identities;
  }
}

function checkClaims({ header, claims }: Jwt, { audience }: TokenIssuerConfig, nowS: number): void {
  const type = header["typ"];
  // A logout token or a security event is signed by the same keys.
  if (type !== undefined && !(typeof type === "string" && /^(?:application\/)?(?:at\+)?jwt$/i.test(type)))
    throw refuse("is of a kind that opens nothing");
  const audiences = [claims["aud"]].flat();
  if (!audiences.includes(audience)) throw refuse("is for somebody else: its aud does not name this gateway");
  const { exp, nbf } = claims;
  if (typeof exp !== "number") throw refuse("does not say until when it is good");
  if (exp + SKEW_S <= nowS) throw refuse("has expired");
  if (nbf !== undefined && (typeof nbf !== "number" || nbf - SKEW_S > nowS)) throw refuse("is not good yet");
}

const refuse = (why: string): GatewayError =>
  new GatewayError("invalid_api_key", `This token ${why}. Get a new one from its issuer, or use a client key (tok_…).`);
