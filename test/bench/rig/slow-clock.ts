/** Loaded before a program that valgrind slows down: its clocks and timers go slower as well. See `callgrind.ts`. */
const SLOWER = 25;

const { setTimeout: timeout, setInterval: interval, performance: own } = globalThis;
const [realNow, monotonicNow] = [Date.now.bind(Date), own.now.bind(own)];
const [beganAt, beganMs] = [realNow(), monotonicNow()];

own.now = () => beganMs + (monotonicNow() - beganMs) / SLOWER;
Date.now = () => Math.floor(beganAt + (realNow() - beganAt) / SLOWER);
globalThis.setTimeout = ((callback: () => void, ms = 1, ...args: []) =>
  timeout(callback, ms * SLOWER, ...args)) as typeof timeout;
globalThis.setInterval = ((callback: () => void, ms = 1, ...args: []) =>
  interval(callback, ms * SLOWER, ...args)) as typeof interval;
