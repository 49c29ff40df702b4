/** A conversation in the order and shape that a foreign wire takes: results behind their calls, roles that alternate. */
import { rulingFor } from "../../ir/field-map.ts";
import type { Part, Turn } from "../../ir/part.ts";
import { expandSame, filterSame, mapSame } from "../../lib/same-list.ts";
import type { LossCollector } from "./loss-collector.ts";
import { mergeTurns, resultsFirst } from "./merge-turns.ts";
import { pairResults } from "./pair-results.ts";
import { adaptPart, noteHome } from "./part.ts";
import { shortHash } from "./short-hash.ts";
import { type AdaptTarget, WIRE_TRAITS } from "./target.ts";
import { type AdaptedTools, renameCalls } from "./tools.ts";

const GO_ON = "Continue.";

/** What a pass changes nothing of is handed on as it is, the client's own turns and parts included: none of them may be changed in place. */
export function adaptTurns(source: Turn[], tools: AdaptedTools, target: AdaptTarget, losses: LossCollector): Turn[] {
  const traits = WIRE_TRAITS[target.wire];
  const split = expandSame(source, (turn) => splitRoles(turn, target));
  // No step makes a call, a result or a thought where there was none before.
  const { hasTools, hasThoughts } = kindsOf(split);
  const identified = hasTools ? giveIds(split) : split;
  for (const turn of identified) noteHome(turn.home, "messages[]", losses);
  const spoken: Turn[] = [];
  for (const turn of identified) {
    const parts = adaptParts(turn, target, losses);
    spoken.push({ role: turn.role, parts: hasTools ? renameCalls(parts, tools) : parts });
  }
  const placed = placeSystem(spoken, traits.laterSystem, losses);
  const merged = mergeTurns(hasTools ? pairResults(placed, losses) : placed);
  const thought = hasThoughts ? mergeTurns(mapSame(merged, (turn) => withoutLooseThoughts(turn, losses))) : merged;
  const legal = hasTools ? shortenIds(thought, target) : thought;
  const ends = fixEnds(legal, traits.userFirst, target, losses);
  if (!hasTools) return ends;
  // What followed one result stands behind all of them, so that results stay next to each other.
  return mapSame(ends, (turn) =>
    resultsFirst(
      withParts(
        turn,
        expandSame(turn.parts, (part) => finishResult(part, target, losses)),
      ),
    ),
  );
}

function kindsOf(turns: readonly Turn[]): { hasTools: boolean; hasThoughts: boolean } {
  let [hasTools, hasThoughts] = [false, false];
  for (const { parts } of turns) {
    for (const { kind } of parts) {
      if (kind === "call" || kind === "result") hasTools = true;
      else if (kind === "thinking") hasThoughts = true;
    }
  }
  return { hasTools, hasThoughts };
}

function adaptParts(turn: Turn, target: AdaptTarget, losses: LossCollector): Part[] {
  const [only] = turn.parts;
  if (only === undefined || turn.parts.length > 1)
    return expandSame(turn.parts, (part) => adaptPart(part, turn, target, losses));
  const adapted = adaptPart(only, turn, target, losses);
  if (adapted === only) return turn.parts;
  return Array.isArray(adapted) ? adapted : [adapted];
}

const withParts = (turn: Turn, parts: Part[]): Turn => (parts === turn.parts ? turn : { ...turn, parts });

/** A turn with parts that another one says on this wire, cut where the speaker changes; none without parts. */
function splitRoles(turn: Turn, target: AdaptTarget): Turn | Turn[] {
  if (turn.parts.length > 0 && isWhole(turn, target)) return turn;
  const pieces: Turn[] = [];
  for (const part of turn.parts) {
    const role = speakerOf(part, turn.role, target);
    const last = pieces.at(-1);
    if (last?.role === role) last.parts.push(part);
    else pieces.push({ ...turn, role, parts: [part] });
  }
  return pieces;
}

function isWhole(turn: Turn, target: AdaptTarget): boolean {
  for (const part of turn.parts) if (speakerOf(part, turn.role, target) !== turn.role) return false;
  return true;
}

function speakerOf(part: Part, role: Turn["role"], target: AdaptTarget): Turn["role"] {
  if (part.kind === "call" || part.kind === "thinking") return "assistant";
  // Prompts of the system are text everywhere else.
  const isText = part.kind === "text" || part.kind === "refusal" || part.kind === "native";
  return role === "system" && !isText && target.wire !== "openai-responses" ? "user" : role;
}

/** Wires without call ids match results by name and order; everywhere else both carry an id. */
function giveIds(turns: Turn[]): Turn[] {
  let count = 0;
  let open: { id: string; name: string }[] = [];
  const withId = (part: Part): Part => {
    if (part.kind === "call") {
      const id = part.id === "" ? `call_${shortHash(part.name, 6)}_${++count}` : part.id;
      open.push({ id, name: part.name });
      return id === part.id ? part : { ...part, id };
    }
    if (part.kind === "result") {
      const at = open.findIndex((call) => (part.id === "" ? call.name === part.name : call.id === part.id));
      const call = open[at];
      if (!call) return part;
      open = open.toSpliced(at, 1);
      return { ...part, id: call.id, name: call.name };
    }
    return part;
  };
  return mapSame(turns, (turn) => withParts(turn, mapSame(turn.parts, withId)));
}

function placeSystem(turns: Turn[], laterSystem: boolean, losses: LossCollector): Turn[] {
  if (laterSystem) return turns;
  let isLater = false;
  return mapSame(turns, (turn) => {
    if (turn.role !== "system") isLater = true;
    if (turn.role !== "system" || !isLater) return turn;
    losses.note("laterSystem");
    const parts = turn.parts.map(
      (part): Part => (part.kind === "text" ? { ...part, text: `<system-note>\n${part.text}\n</system-note>` } : part),
    );
    return { role: "user", parts };
  });
}

/** Thoughts that led to nothing, because the client broke off: providers refuse a turn that ends with one. */
function withoutLooseThoughts(turn: Turn, losses: LossCollector): Turn {
  const end = turn.parts.findLastIndex((part) => part.kind !== "thinking") + 1;
  if (end === turn.parts.length) return turn;
  losses.note("thinking", { verdict: "dropped", note: "is left out where nothing was said or done after it" });
  return { ...turn, parts: turn.parts.slice(0, end) };
}

function shortenIds(turns: Turn[], target: AdaptTarget): Turn[] {
  const isNine = target.compat.has("nine-character-call-ids");
  const pattern = isNine ? /^[a-zA-Z0-9]{9}$/ : WIRE_TRAITS[target.wire].callId;
  if (pattern === null) return turns;
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  const legal = (id: string): string => {
    const known = ids.get(id);
    if (known !== undefined) return known;
    let wanted = pattern.test(id) ? id : isNine ? shortHash(id, 9) : `call_${shortHash(id, 14)}`;
    for (let n = 2; taken.has(wanted); n++)
      wanted = isNine ? shortHash(`${id} ${n}`, 9) : `call_${shortHash(`${id} ${n}`, 14)}`;
    taken.add(wanted);
    ids.set(id, wanted);
    return wanted;
  };
  const withLegalId = (part: Part): Part => {
    if (part.kind !== "call" && part.kind !== "result") return part;
    const id = legal(part.id);
    return id === part.id ? part : { ...part, id };
  };
  return mapSame(turns, (turn) => withParts(turn, mapSame(turn.parts, withLegalId)));
}

function fixEnds(turns: Turn[], userFirst: boolean, target: AdaptTarget, losses: LossCollector): Turn[] {
  const fixed = [...turns];
  const first = fixed.findIndex((turn) => turn.role !== "system");
  if (userFirst && (first < 0 || fixed[first]?.role === "assistant")) {
    losses.note("firstTurn");
    fixed.splice(first < 0 ? fixed.length : first, 0, { role: "user", parts: [{ kind: "text", text: GO_ON }] });
  }
  const goesOn = target.profile.prefill !== false && rulingFor("prefill", target.wire).verdict === "lossless";
  if (fixed.at(-1)?.role === "assistant" && !goesOn) {
    losses.note("prefill", {
      verdict: "emulated",
      note: "is followed by a user's message that asks to go on, because the model does not continue its own",
    });
    fixed.push({
      role: "user",
      parts: [{ kind: "text", text: "Go on exactly where your last message ended, without repeating it." }],
    });
  }
  return fixed;
}

/** Errors as words, and media behind the results, for wires whose results are plain text. */
function finishResult(part: Part, target: AdaptTarget, losses: LossCollector): Part | Part[] {
  if (part.kind !== "result") return part;
  const traits = WIRE_TRAITS[target.wire];
  const takesMedia = traits.resultMedia === "profile" ? target.profile.resultMedia === true : traits.resultMedia;
  const media = takesMedia ? [] : part.parts.filter((inner) => inner.kind !== "text");
  const kept = takesMedia ? part.parts : filterSame(part.parts, (inner) => inner.kind === "text");
  let parts = kept;
  if (part.isError && !traits.resultErrors) {
    losses.note("resultError");
    parts = prefixError(kept);
  }
  if (media.length === 0) return parts === part.parts ? part : { ...part, parts };
  losses.note("resultMedia", {
    verdict: "emulated",
    note: "follows in a user's message, because tool results are text there",
  });
  const label: Part = { kind: "text", text: `[Attached by the tool ${part.name ?? part.id}:]` };
  const result: Part = {
    ...part,
    parts: parts.length > 0 ? parts : [{ kind: "text", text: "See the attachment that follows." }],
  };
  return [result, label, ...media];
}

function prefixError(parts: Part[]): Part[] {
  const [first, ...rest] = parts;
  if (first?.kind !== "text") return [{ kind: "text", text: "Error" }, ...parts];
  return /^error\b/i.test(first.text) ? parts : [{ ...first, text: `Error: ${first.text}` }, ...rest];
}
