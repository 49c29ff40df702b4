/**
 * The console: one page for everybody who uses the gateway, in a browser and in the desktop's window alike.
 *
 * `api/` reaches the gateway, `features/` are the pages, `components/` what several of them show, `i18n/` all words.
 */
import "./styles/base.css";
import "./styles/frame.css";
import { createRoot } from "react-dom/client";
import { createGatewayConnection } from "./api/gateway-connection.ts";
import { createQueryCache } from "./api/query-cache.ts";
import { codeInFragment, createSession } from "./api/session.ts";
import { App } from "./app.tsx";

const code = codeInFragment(location.hash);
// A code works once, but an address stays in the history: take it out before anything else happens.
if (code !== null) history.replaceState(null, "", `${location.pathname}${location.search}`);

const connection = createGatewayConnection();
const session = createSession(connection, code);
const root = document.getElementById("root");
if (!root) throw new Error("The page has no element with the id root.");
createRoot(root).render(<App gateway={{ connection, session, cache: createQueryCache() }} />);
