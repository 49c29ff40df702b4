import { threadFile } from "../lib/thread-file.ts";

/** Where the counting thread's own file is. @returns a path. @throws Error when the installation lacks the file */
export const findWorkerFile = (): string => threadFile("token-count-worker", new URL("worker.ts", import.meta.url));
