import "./styles/base.css";
import "./styles/frame.css";
import "./styles/print.css";
import { createRoot } from "react-dom/client";
import { queryBeforeHash } from "./api/address.ts";
import { createGatewayConnection } from "./api/gateway-connection.ts";
import { createQueryCache } from "./api/query-cache.ts";
import { type Arrival, arrivalInFragment, createSession } from "./api/session.ts";
import { App } from "./app.tsx";
import { startGatewayWords } from "./i18n/gateway-words.ts";
import { startLanguage } from "./i18n/t.ts";

/** Draws the console into the page, and signs in with the code that the address may carry. */
const connection = createGatewayConnection();
const session = createSession(connection, null);
const first = takeArrival();
if (first !== null) void session.arrive(first);
tidyAddress();
// The printed address was opened in the tab where the console is open already. This listener must be the first: the one
// that follows the address to a page then finds the code gone.
window.addEventListener("hashchange", () => {
  const arrival = takeArrival();
  if (arrival !== null) void session.arrive(arrival);
  tidyAddress();
});
const root = document.getElementById("root");
if (!root) throw new Error("The page has no element with the id root.");
const gateway = { connection, session, cache: createQueryCache() };
void startLanguage().then(() => {
  createRoot(root).render(<App gateway={gateway} />);
  startGatewayWords();
});

/** A code works once, but an address stays in the history: so it is taken out before anything else happens. */
function takeArrival(): Arrival | null {
  const arrival = arrivalInFragment(location.hash);
  if (arrival !== null) history.replaceState(null, "", `${location.pathname}${location.search}`);
  return arrival;
}

function tidyAddress(): void {
  const tidy = queryBeforeHash(location);
  if (tidy !== null) history.replaceState(null, "", tidy);
}
