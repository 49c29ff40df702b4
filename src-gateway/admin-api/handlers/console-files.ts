import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import express, { type NextFunction, type Request, type Response, type Router } from "express";
import { GatewayError } from "../../ir/errors.ts";

const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The built console, as it lies beside the built program. */
export function serveConsole(): Router {
  const router = express.Router();
  const folder = findConsole();
  router.use((_request: Request, response: Response, next: NextFunction) => {
    response.set({ "content-security-policy": POLICY, "x-frame-options": "DENY" });
    next();
  });
  if (folder !== null) {
    const immutable = (path: string): boolean => /[\\/]assets[\\/]/.test(path);
    router.use(
      express.static(folder, {
        setHeaders: (response, path) =>
          void response.setHeader(
            "cache-control",
            immutable(path) ? "public, max-age=31536000, immutable" : "no-cache",
          ),
      }),
    );
  }
  router.use((_request: Request, _response: Response, next: NextFunction) =>
    next(
      new GatewayError(
        "not_found",
        folder === null ? "The console was not built. Run `npm run build`." : "There is no such page of the console.",
      ),
    ),
  );
  return router;
}

/** `dist/renderer` beside `dist/node`, whether this runs from a bundle, a chunk of it, or the sources. */
function findConsole(): string | null {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    for (const candidate of [join(folder, "renderer"), join(folder, "dist", "renderer")]) {
      if (existsSync(join(candidate, "index.html")) && !candidate.endsWith(join("src-renderer"))) return candidate;
    }
    if (dirname(folder) === folder) return null;
  }
}
