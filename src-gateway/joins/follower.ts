/** One client that gets an answer which another one asked for, at its own speed. */
import type { Tape } from "./tape.ts";
import type { FollowerReply } from "./types.ts";

/** What a follower sees of the answer. */
export interface FollowedAnswer {
  readonly tape: Tape;
  readonly head: { status: number; headers: Record<string, string> } | null;
  readonly state: "running" | "ended" | "cut";
}

export class Follower {
  /** Up to where this client has been given the answer. */
  at = 0;
  readonly done: Promise<"ended" | "cut" | "stopped">;
  private readonly answer: FollowedAnswer;
  private readonly reply: FollowerReply;
  private readonly onGone: (how: "ended" | "cut" | "stopped") => void;
  private settle: (how: "ended" | "cut" | "stopped") => void = () => {};
  private hasHead = false;
  private isBlocked = false;
  private isBusy = false;
  private isDone = false;

  constructor(answer: FollowedAnswer, reply: FollowerReply, onGone: (how: "ended" | "cut" | "stopped") => void) {
    this.answer = answer;
    this.reply = reply;
    this.onGone = onGone;
    this.done = new Promise((resolve) => {
      this.settle = resolve;
    });
    reply.onDrain = () => {
      this.isBlocked = false;
      this.pump();
    };
  }

  /** Gives the client what it can take. */
  pump(): void {
    if (this.isDone || this.isBusy) return;
    // A reply may report that it has drained while it is being written to.
    this.isBusy = true;
    const { head, tape } = this.answer;
    if (head !== null && !this.hasHead) {
      this.hasHead = true;
      this.reply.start(head.status, head.headers);
    }
    for (let bytes = tape.read(this.at); bytes !== null && !this.isBlocked; bytes = tape.read(this.at)) {
      this.at += bytes.length;
      this.isBlocked = true;
      if (this.reply.write(bytes)) this.isBlocked = false;
    }
    this.isBusy = false;
    if (this.at < tape.end || this.answer.state === "running") return;
    if (this.answer.state === "ended") this.finish("ended", () => this.reply.end());
    else this.cut();
  }

  cut(): void {
    this.finish("cut", () => this.reply.cut());
  }

  stop(): void {
    this.finish("stopped", () => {});
  }

  private finish(how: "ended" | "cut" | "stopped", say: () => void): void {
    if (this.isDone) return;
    this.isDone = true;
    this.reply.onDrain = null;
    say();
    this.settle(how);
    this.onGone(how);
  }
}
