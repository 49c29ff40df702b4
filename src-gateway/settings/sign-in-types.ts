/** What the operator decided about how people come in. */
import type { CredentialRef } from "./types.ts";

export interface SmtpSettings {
  host: string;
  port: number;
  /** `starttls` begins in the clear and refuses to go on so; `tls` is encrypted from the first byte. */
  tls: "starttls" | "tls" | "none";
  user: string | null;
  password: CredentialRef | null;
  /** `address` or `Name <address>`. */
  from: string;
  /** Certificates to trust besides those of the system, in PEM. */
  caFile: string | null;
}

export interface SignInSettings {
  /** Origin under which people reach the console, such as `https://gateway.example.com`; null where it was not said. */
  publicUrl: string | null;
  /** Addresses and networks whose `X-Forwarded-…` headers are believed. */
  trustedProxies: string[];
  session: { lifetimeMs: number; idleMs: number };
  smtp: SmtpSettings | null;
}

/** Roles that a claim can give; the root administrator is made here, never elsewhere. */
export const CLAIMED_ROLES = ["gateway_admin", "gateway_user"] as const;
export type ClaimedRole = (typeof CLAIMED_ROLES)[number];

/** One entry of `sign_in.oidc`. */
export interface OidcProviderConfig {
  id: string;
  /** On the button. */
  name: string;
  issuer: string;
  clientId: string;
  /** Null for a public client, which shows PKCE alone. */
  clientSecret: CredentialRef | null;
  scopes: string[];
  /** The issuer's addresses are good although it does not say that they were verified. */
  trustEmail: boolean;
  /** Signing out also ends the session at the provider. */
  logout: boolean;
  /** Null: who is no user yet is not let in. */
  provision: {
    /** Domains of addresses, in lower case. */
    domains: string[];
    role: ClaimedRole;
  } | null;
  /** Which claim names groups, and which of them makes somebody what; the first in the list that fits. */
  roles: { claim: string; map: { value: string; role: ClaimedRole }[] } | null;
  /** The same for teams, by their names; people are added to them, never taken out. */
  teams: { claim: string; map: { value: string; team: string }[] } | null;
  where: string;
}

/** One entry of `sign_in.tokens`: whose tokens are taken for client keys. */
export interface TokenIssuerConfig {
  issuer: string;
  audience: string;
  /** Null: as the issuer's discovery document says. */
  jwksUrl: string | null;
  trustEmail: boolean;
  where: string;
}

export interface SignInConfig {
  oidc: OidcProviderConfig[];
  tokens: TokenIssuerConfig[];
}
