import type { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { SettingsError } from "../settings/types.ts";
import { checkDocument } from "./check-document.ts";
import { editDocument, valueOf } from "./edit-document.ts";
import { findHidden, findLiterals, hideLiterals } from "./hide-literals.ts";
import { listChanges } from "./list-changes.ts";
import { notRead, somebodyWasFaster, wouldBeLost } from "./refusals.ts";
import { type RevisionRows, sha256Of } from "./revision-rows.ts";
import type {
  ChangeRequest,
  ChangeResult,
  ConfigDesk,
  DocumentState,
  InForce,
  Revision,
  RevisionVia,
} from "./types.ts";
import { writeFileWhole } from "./write-file.ts";

/** How far back the one that is in force is looked for. */
const MAX_STEPS_BACK = 100;

interface DeskOptions {
  rows: RevisionRows;
  inForce: InForce;
  /** Null where the database says what is in force. */
  file: string | null;
  /** Secrets that the gateway has used. */
  known: () => readonly string[];
  clock: Clock;
  log: Logger;
}

export const createConfigDesk = (options: DeskOptions): ConfigDesk => new Desk(options);

class Desk implements ConfigDesk {
  private readonly options: DeskOptions;
  /** What is in force, as it is kept; null before the first look, and while there is no document. */
  private current: Revision | null = null;
  /** The very text that `current` is about. */
  private noted: string | null = null;
  /** A revision of another replica that cannot be in force here. */
  private refusedId = 0;
  /** One change after the other. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(options: DeskOptions) {
    this.options = options;
  }

  document(): Promise<DocumentState> {
    return this.inTurn(async () => {
      await this.takeNews();
      const { text, hidden } = this.shown();
      return { revision: this.current, text, hidden, problem: this.options.inForce.lastProblem()?.message ?? null };
    });
  }

  change(request: ChangeRequest): Promise<ChangeResult> {
    return this.inTurn(async () => {
      // A file that was written a moment ago must not be written over unseen.
      if (this.options.file !== null) await this.options.inForce.reload();
      await this.takeNews();
      if (request.base !== null && request.base !== (this.current?.id ?? 0)) throw await this.tooLate(request.base);
      const before = this.options.inForce.text() ?? "";
      const { text, missing, basedOn } = await this.wanted(request, before);
      const changes = listChanges(valueOf(before), valueOf(text));
      const problems = checkDocument(text, before, { inForce: this.options.inForce, known: this.options.known() });
      const result = { revision: this.current, problems, changes, missing };
      if (problems.length > 0) return { ...result, applied: false, text };
      request.mayApply(before, text);
      if (request.checkOnly) return { ...result, applied: false, text };
      if (this.options.inForce.lastProblem() !== null && this.options.file !== null && !request.overwrite)
        throw wouldBeLost(this.options.file);
      if (text === before && this.current !== null) return { ...result, applied: false, text: this.shown().text };
      await this.apply(text, request, basedOn);
      return { ...result, applied: true, revision: this.current, text: this.shown().text };
    });
  }

  list(question: { beforeId?: number; limit: number }): Promise<Revision[]> {
    return this.inTurn(async () => {
      await this.takeNews();
      return this.options.rows.list(question);
    });
  }

  find = (id: number) => this.options.rows.find(id);

  look(): Promise<void> {
    return this.inTurn(() => this.takeNews());
  }

  /** What another replica or a person with an editor has made of it. */
  private async takeNews(): Promise<void> {
    const { inForce, file, rows } = this.options;
    if (file !== null || this.current === null) return this.note();
    const newest = await rows.newestId();
    if (newest === this.current.id || newest === this.refusedId) return;
    const revision = await rows.newest();
    if (revision === null) return;
    const { text, ...facts } = revision;
    try {
      inForce.take(text);
      [this.current, this.noted, this.refusedId] = [facts, text, 0];
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      this.refusedId = revision.id;
      inForce.refuse(error);
    }
  }

  /** Makes what is in force a revision, unless it is one. */
  private async note(): Promise<void> {
    const text = this.options.inForce.text();
    if (text === null || text === this.noted) return;
    const { rows } = this.options;
    const { shown, hidden } = this.hide(text);
    const newest = await rows.newest();
    if (newest !== null && newest.sha256 === sha256Of(shown)) {
      const { text: _text, ...facts } = newest;
      [this.current, this.noted] = [facts, text];
      return;
    }
    if (this.options.file === null && newest !== null) return this.noteEarlier(newest.id, text);
    const added = await rows.add(this.draft("file", shown, hidden, null), this.options.file === null ? 0 : null);
    // Another replica began with what it found a moment before.
    if (added === null) return this.note();
    [this.current, this.noted] = [added, text];
  }

  /** The newest one cannot be used here: others may, so it stays the newest. */
  private async noteEarlier(newestId: number, text: string): Promise<void> {
    const earlier = await this.options.rows.list({ beforeId: newestId, limit: MAX_STEPS_BACK });
    this.current = earlier.find(({ sha256 }) => sha256 === sha256Of(text)) ?? null;
    [this.noted, this.refusedId] = [text, newestId];
  }

  private async wanted(
    { change }: ChangeRequest,
    before: string,
  ): Promise<{ text: string; missing: number[]; basedOn: number | null }> {
    if ("text" in change) return { text: change.text, missing: [], basedOn: null };
    if ("operations" in change) return { text: editDocument(before, change.operations), missing: [], basedOn: null };
    const revision = await this.options.rows.find(change.rollbackTo);
    if (revision === null) throw notRead(change.rollbackTo);
    return { text: revision.text, missing: findHidden(revision.text).map(({ line }) => line), basedOn: revision.id };
  }

  private async apply(text: string, { author, message, change }: ChangeRequest, basedOn: number | null): Promise<void> {
    const { rows, inForce, file } = this.options;
    const { shown, hidden } = this.hide(text);
    const via = "rollbackTo" in change ? "rollback" : "api";
    const draft = { ...this.draft(via, shown, hidden, basedOn), author, message };
    // In the database this is what puts it in force: there, nobody may have been faster.
    const base = this.current?.id ?? 0;
    const added = await rows.add(draft, file === null ? base : null);
    if (added === null) {
      await this.takeNews();
      throw await this.tooLate(base);
    }
    if (file !== null) {
      try {
        await writeFileWhole(file, text);
      } catch (error) {
        // It never was in force.
        await rows.remove(added.id);
        throw error;
      }
    }
    [this.current, this.noted] = [added, text];
    inForce.take(text);
  }

  private draft(via: RevisionVia, text: string, hidden: number, basedOn: number | null) {
    return { atUs: this.options.clock.nowUs(), via, author: null, message: null, basedOn, hidden, text };
  }

  private hide(text: string): { shown: string; hidden: number } {
    const literals = findLiterals(text, this.options.known());
    return { shown: hideLiterals(text, literals), hidden: literals.length };
  }

  private shown(): { text: string; hidden: number } {
    const { shown, hidden } = this.hide(this.options.inForce.text() ?? "");
    return { text: shown, hidden };
  }

  /** With what was changed since, so that nobody has to guess. */
  private async tooLate(base: number): Promise<GatewayError> {
    const old = await this.options.rows.find(base);
    const changes = old === null ? null : listChanges(valueOf(old.text), valueOf(this.options.inForce.text() ?? ""));
    return somebodyWasFaster(base, this.current, changes);
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => {});
    return done;
  }
}
