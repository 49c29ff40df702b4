/** A conversation in the order and shape that a foreign wire takes: results behind their calls, roles that alternate. */
import { rulingFor } from "../../ir/field-map.ts";
import type { Part, Turn } from "../../ir/part.ts";
import type { LossCollector } from "./loss-collector.ts";
import { pairResults } from "./pair-results.ts";
import { adaptPart, noteHome } from "./part.ts";
import { shortHash } from "./short-hash.ts";
import { type AdaptTarget, WIRE_TRAITS } from "./target.ts";
import { type AdaptedTools, renameCalls } from "./tools.ts";

const GO_ON = "Continue.";

export function adaptTurns(source: Turn[], tools: AdaptedTools, target: AdaptTarget, losses: LossCollector): Turn[] {
  const traits = WIRE_TRAITS[target.wire];
  const identified = giveIds(source.flatMap((turn) => splitRoles(turn, target)));
  for (const turn of identified) noteHome(turn.home, "messages[]", losses);
  const spoken = identified.map(
    (turn): Turn => ({
      role: turn.role,
      parts: renameCalls(
        turn.parts.flatMap((part) => adaptPart(part, turn, target, losses)),
        tools,
      ),
    }),
  );
  const placed = placeSystem(spoken, traits.laterSystem, losses);
  const paired = pairResults(placed, losses);
  const thought = mergeTurns(paired.filter(hasParts)).map((turn) => withoutLooseThoughts(turn, losses));
  const merged = mergeTurns(thought.filter(hasParts));
  const legal = shortenIds(merged, target);
  const ends = fixEnds(legal, traits.userFirst, target, losses);
  return ends
    .map((turn) => ({ ...turn, parts: turn.parts.flatMap((part) => finishResult(part, target, losses)) }))
    .map(mediaLast);
}

/** A turn with parts that another one says on this wire, cut where the speaker changes. */
function splitRoles(turn: Turn, target: AdaptTarget): Turn[] {
  const pieces: Turn[] = [];
  for (const part of turn.parts) {
    const role = speakerOf(part, turn.role, target);
    const last = pieces.at(-1);
    if (last?.role === role) last.parts.push(part);
    else pieces.push({ ...turn, role, parts: [part] });
  }
  return pieces.length <= 1 && pieces[0]?.role === turn.role ? [turn] : pieces;
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
  return turns.map((turn) => {
    const parts = turn.parts.map((part): Part => {
      if (part.kind === "call") {
        const id = part.id === "" ? `call_${shortHash(part.name, 6)}_${++count}` : part.id;
        open.push({ id, name: part.name });
        return { ...part, id };
      }
      if (part.kind === "result") {
        const at = open.findIndex((call) => (part.id === "" ? call.name === part.name : call.id === part.id));
        const call = open[at];
        if (call) open = open.toSpliced(at, 1);
        return { ...part, id: call?.id ?? part.id, ...(call ? { name: call.name } : {}) };
      }
      return part;
    });
    return { ...turn, parts };
  });
}

function placeSystem(turns: Turn[], laterSystem: boolean, losses: LossCollector): Turn[] {
  const firstOther = turns.findIndex((turn) => turn.role !== "system");
  return turns.map((turn, place) => {
    if (turn.role !== "system" || laterSystem || firstOther < 0 || place < firstOther) return turn;
    losses.note("laterSystem");
    const parts = turn.parts.map(
      (part): Part => (part.kind === "text" ? { ...part, text: `<system-note>\n${part.text}\n</system-note>` } : part),
    );
    return { role: "user", parts };
  });
}

function mergeTurns(turns: Turn[]): Turn[] {
  const merged: Turn[] = [];
  for (const turn of turns) {
    const last = merged.at(-1);
    if (last?.role === turn.role) last.parts.push(...turn.parts);
    else merged.push({ role: turn.role, parts: [...turn.parts] });
  }
  return merged.map((turn) =>
    turn.role === "user"
      ? {
          ...turn,
          parts: [
            ...turn.parts.filter((part) => part.kind === "result"),
            ...turn.parts.filter((part) => part.kind !== "result"),
          ],
        }
      : turn,
  );
}

const hasParts = (turn: Turn): boolean => turn.parts.length > 0;

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
  return turns.map((turn) => ({
    ...turn,
    parts: turn.parts.map((part) =>
      part.kind === "call" || part.kind === "result" ? { ...part, id: legal(part.id) } : part,
    ),
  }));
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
function finishResult(part: Part, target: AdaptTarget, losses: LossCollector): Part[] {
  if (part.kind !== "result") return [part];
  const traits = WIRE_TRAITS[target.wire];
  const takesMedia = traits.resultMedia === "profile" ? target.profile.resultMedia === true : traits.resultMedia;
  const media = takesMedia ? [] : part.parts.filter((inner) => inner.kind !== "text");
  const kept = takesMedia ? part.parts : part.parts.filter((inner) => inner.kind === "text");
  let parts = kept;
  if (part.isError && !traits.resultErrors) {
    losses.note("resultError");
    parts = prefixError(kept);
  }
  if (media.length === 0) return [{ ...part, parts }];
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

/** What followed one result stands behind all of them, so that results stay next to each other. */
function mediaLast(turn: Turn): Turn {
  if (!turn.parts.some((part) => part.kind === "result")) return turn;
  const isResult = (part: Part): boolean => part.kind === "result";
  return { ...turn, parts: [...turn.parts.filter(isResult), ...turn.parts.filter((part) => !isResult(part))] };
}
