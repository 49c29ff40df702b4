/**
 * Lets this process end while a thread hangs in a call to the system: on its way out Node waits for every thread, for good.
 * @param isStuck asked at the end, when everything else is done.
 */
export function leaveThreadsBehind(isStuck: () => boolean): void {
  process.on("exit", (code) => {
    if (isStuck()) end(code);
  });
}

function end(code: number): void {
  // A program that takes the place of this one ends with the code that whoever supervises it reads.
  if (process.platform !== "win32" && process.versions["electron"] === undefined) {
    try {
      process.execve?.("/bin/sh", ["sh", "-c", `exit ${code}`], {});
    } catch {
      // No shell here: the code is lost.
    }
  }
  process.kill(process.pid, "SIGKILL");
}
