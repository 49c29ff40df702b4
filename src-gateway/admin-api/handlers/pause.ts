import type { Handlers } from "./types.ts";

export const pauseHandlers: Pick<Handlers, "pauseGateway" | "resumeGateway"> = {
  async pauseGateway({ deps, record }) {
    const before = { paused: deps.pause.isPaused() };
    deps.pause.set(true);
    await record({ action: "gateway.pause", target: GATEWAY, before, after: { paused: true } });
    return { paused: true };
  },
  async resumeGateway({ deps, record }) {
    const before = { paused: deps.pause.isPaused() };
    deps.pause.set(false);
    await record({ action: "gateway.resume", target: GATEWAY, before, after: { paused: false } });
    return { paused: false };
  },
};

const GATEWAY = { kind: "gateway", id: null, name: null };
