import "./styles/base.css";
import "./styles/frame.css";
import { createRoot } from "react-dom/client";
import { createGatewayConnection } from "./api/gateway-connection.ts";
import { createQueryCache } from "./api/query-cache.ts";
import { codeInFragment, createSession } from "./api/session.ts";
import { App } from "./app.tsx";
import { startLanguage } from "./i18n/t.ts";

/** Draws the console into the page, and signs in with the code that the address may carry. */
const connection = createGatewayConnection();
const session = createSession(connection, takeCode());
// The printed address was opened in the tab where the console is open already. This listener must be the first: the one
// that follows the address to a page then finds the code gone.
window.addEventListener("hashchange", () => {
  const code = takeCode();
  if (code !== null) void session.signInWith(code);
});
const root = document.getElementById("root");
if (!root) throw new Error("The page has no element with the id root.");
const gateway = { connection, session, cache: createQueryCache() };
void startLanguage().then(() => createRoot(root).render(<App gateway={gateway} />));

/** A code works once, but an address stays in the history: so it is taken out before anything else happens. */
function takeCode(): string | null {
  const code = codeInFragment(location.hash);
  if (code !== null) history.replaceState(null, "", `${location.pathname}${location.search}`);
  return code;
}
