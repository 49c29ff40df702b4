/** Where the configuration says that providers' keys are, and the small changes that have it look into the secret store. Pure. */
import type { ConfigOperation, PathStep } from "../revisions/types.ts";
import { isSecretName, parseCredential } from "../settings/credential-ref.ts";
import type { CredentialRef, ProviderConfig } from "../settings/types.ts";

export interface KeyPlace {
  provider: string;
  /** Within the provider, where it has several. */
  keyId: string | null;
  ref: CredentialRef;
  /** Of the reference in the document; null for a provider that is there because its variable is set. */
  path: readonly PathStep[] | null;
  /** What such a provider has to be written down as. */
  entry: Record<string, unknown> | null;
}

/**
 * @param document as it was read.
 * @param folder where relative paths in it start.
 * @param fromEnvironment providers that stand in no document.
 */
export function keyPlaces(document: unknown, folder: string, fromEnvironment: readonly ProviderConfig[]): KeyPlace[] {
  const listed = membersOf(document)["providers"];
  const places = (Array.isArray(listed) ? listed : []).flatMap((item: unknown, at): KeyPlace[] => {
    const { id, credential, credentials } = membersOf(item);
    if (typeof id !== "string") return [];
    const place = (text: unknown, keyId: string | null, path: readonly PathStep[]): KeyPlace[] => {
      const ref = typeof text === "string" ? parseCredential(text, folder) : null;
      return ref === null ? [] : [{ provider: id, keyId, ref, path: ["providers", at, ...path], entry: null }];
    };
    return [
      ...place(credential, null, ["credential"]),
      ...(Array.isArray(credentials) ? credentials : []).flatMap((each: unknown, index) => {
        const members = membersOf(each);
        const own = members["id"];
        return typeof each === "string"
          ? place(each, `key-${index + 1}`, ["credentials", index])
          : place(members["credential"], typeof own === "string" ? own : `key-${index + 1}`, [
              "credentials",
              index,
              "credential",
            ]);
      }),
    ];
  });
  return [
    ...places,
    ...fromEnvironment.flatMap(({ id, kind, baseUrl, credential }): KeyPlace[] =>
      credential === undefined
        ? []
        : [
            {
              provider: id,
              keyId: null,
              ref: credential,
              path: null,
              entry: { id, ...(kind === id ? {} : { kind }), ...(baseUrl === undefined ? {} : { base_url: baseUrl }) },
            },
          ],
    ),
  ];
}

/** @param moved each place, and the name under which its key is in the secret store. */
export function moveOperations(
  moved: readonly (KeyPlace & { secret: string })[],
  document: unknown,
): ConfigOperation[] {
  const listed = membersOf(document)["providers"];
  let end = Array.isArray(listed) ? listed.length : 0;
  return moved.map(({ path, entry, secret }): ConfigOperation => {
    const credential = `secret:${secret}`;
    if (path !== null) return { op: "set", path, value: credential };
    if (end === 0) {
      end = 1;
      return { op: "set", path: ["providers"], value: [{ ...entry, credential }] };
    }
    return { op: "insert", path: ["providers", end++], value: { ...entry, credential } };
  });
}

/** A name that is free, after the provider. */
export function secretNameFor(
  { provider, keyId }: Pick<KeyPlace, "provider" | "keyId">,
  taken: ReadonlySet<string>,
): string {
  const wanted = (keyId === null ? provider : `${provider}-${keyId}`).slice(0, 90);
  const base = isSecretName(wanted) ? wanted : "provider-key";
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
  return name;
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
