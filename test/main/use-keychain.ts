/**
 * Uses the gateway's keychain as a program of its own, for the test that gives it a private key ring; prints what happened.
 *
 *     node test/main/use-keychain.ts
 */
import {
  keychainProblem,
  keychainState,
  readKeychain,
  removeFromKeychain,
  writeKeychain,
} from "../../src-gateway/secrets/keychain.ts";

const NAME = "test-openai";

const timed = async <Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> => {
  const began = performance.now();
  return { result: await work(), ms: Math.round(performance.now() - began) };
};

// A locked key ring tells of itself only for what it holds; the second run finds what the first one left.
const left = await readKeychain("test-left");
const state = keychainState();
if (left.value === null && state.state === "open") await writeKeychain("test-left", "planted-value-2");

const said = {
  state,
  problem: await timed(keychainProblem),
  before: await timed(() => readKeychain(NAME)),
  written: await timed(() => writeKeychain(NAME, "planted-value-ä-1")),
  read: await timed(() => readKeychain(NAME)),
  removed: await timed(() => removeFromKeychain(NAME)),
  removedAgain: await timed(() => removeFromKeychain(NAME)),
  after: await timed(() => readKeychain(NAME)),
};
process.stdout.write(`${JSON.stringify(said)}\n`);
// A question that was given up may still wait for its answer.
process.exit(Number(process.env["EXIT_CODE"] ?? 0));
