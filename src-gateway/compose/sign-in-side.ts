/** Sign-in joined to settings, users and secrets. */
import { readFile } from "node:fs/promises";
import type { RecordedAct } from "../audit/types.ts";
import type { Settings } from "../settings/types.ts";
import { createSignInDesk } from "../sign-in/create-desk.ts";
import { createIdentities } from "../sign-in/identities.ts";
import { createMailer } from "../sign-in/mailer.ts";
import { createOidcSignIn } from "../sign-in/oidc.ts";
import { createOidcClients } from "../sign-in/oidc-client.ts";
import { createFindUser, type OidcUserWorld } from "../sign-in/oidc-user.ts";
import type { SignInDesk } from "../sign-in/types.ts";
import type { Parts } from "./parts.ts";

export function signInDesk(parts: Parts, urls: () => { consoleUrl: string }): SignInDesk {
  const { settings, identityStore: store, clock, log, users, hasher, secrets, config } = parts;
  const isLocal = settings.listeners.every(({ host }) => isLoopback(host));
  const resolveSecret = (ref: Parameters<typeof secrets.resolve>[0]) => secrets.resolve(ref);
  const desk = createSignInDesk({
    store,
    clock,
    log,
    settings: settings.signIn,
    keyed: (text) => hasher.hash(text),
    users,
    mailer: createMailer({
      smtp: settings.signIn.smtp,
      // Whoever reads the terminal can then sign in as anybody: only where nobody else can ask.
      mayPrint: settings.environment === "dev" && isLocal,
      clock,
      resolveSecret,
      readFile: (path) => readFile(path, "utf8"),
      print: (text) => void process.stderr.write(text),
    }),
    oidc: (seal) =>
      createOidcSignIn({
        clock,
        seal,
        providers: () => config.live().config.signIn?.oidc ?? [],
        findClient: createOidcClients(resolveSecret),
        findUser: createFindUser(oidcUsers(parts)),
      }),
    consoleUrl: () => (settings.signIn.publicUrl !== null || isLocal ? urls().consoleUrl : null),
  });
  parts.audit.watch((act) => void endWithUser(desk, act).catch((error) => log.warn({ err: error }, "sessions go on")));
  return desk;
}

/** Whoever is suspended or deleted is out at once, and does not come back in by the same cookie. */
async function endWithUser({ sessions }: SignInDesk, { action, target, after }: RecordedAct): Promise<void> {
  if (target.kind !== "user") return;
  const isSuspended = (after as { status?: unknown } | null)?.status === "suspended";
  if (action === "user.delete" || (action === "user.update" && isSuspended)) await sessions.endAll(Number(target.id));
}

function oidcUsers({ users, teams, identityStore, clock, keyRing, audit, log }: Parts): OidcUserWorld {
  const told = async (action: string, id: number, email: string, before: unknown, after: unknown): Promise<void> => {
    await audit.record({
      action,
      target: { kind: "user", id: String(id), name: email },
      before,
      after,
      actor: { userId: null, email: null, apiKeyId: null, via: "system" },
      address: null,
      requestId: null,
    });
    await keyRing.reload();
  };
  return {
    users,
    identities: createIdentities(identityStore, clock),
    provisioned: (user) => told("user.create", user.id, user.email, null, user),
    async setRole(user, role) {
      const after = await users.update(user.id, { role });
      await told("user.update", user.id, user.email, user, after);
    },
    async joinTeams(user, names) {
      const known = new Set((await teams.teamsOf(user.id)).map(({ name }) => name));
      for (const name of names.filter((each) => !known.has(each))) {
        const team = await teams.find(name);
        if (team) await teams.setMember(team.id, user.id, "member");
        else log.warn({ team: name }, "there is no team of this name for somebody who signs in by OIDC");
      }
    },
  };
}

/** From now on tokens of the issuers that the configuration names are taken. */
export function watchTokenIssuers({ config, tokens }: Parts): void {
  // Not waited for: an issuer that is down must not keep the gateway down.
  void tokens.setIssuers(config.live().config.signIn?.tokens ?? []);
  config.onChange((after) => void tokens.setIssuers(after.config.signIn?.tokens ?? []));
}

const isLoopback = (host: string): boolean => /^(?:localhost$|127\.|\[?::1\]?$)/.test(host);

/** What people are told to open: the public address, where one is set. */
export const consoleUrlOf = ({ signIn }: Settings, own: string): string =>
  signIn.publicUrl === null ? own : `${signIn.publicUrl}/console/`;
