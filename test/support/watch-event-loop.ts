/**
 * Watches how long timers have to wait.
 * @returns a function that ends the watch and gives the waits in ms, longest first.
 */
export function watchEventLoop(): () => number[] {
  const waits: number[] = [];
  let last = performance.now();
  const tick = (): void => {
    const now = performance.now();
    waits.push(now - last);
    last = now;
  };
  const timer = setInterval(tick, 1);
  return () => {
    clearInterval(timer);
    tick();
    return waits.sort((a, b) => b - a);
  };
}
