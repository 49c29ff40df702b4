/** The statement as one page that needs nothing else: to be read, printed and filed. */
import { usdOfNano } from "../lib/usd.ts";
import { fingerprintOf } from "./statement-key.ts";
import type { NamedSum, SignedStatement, StatementSum } from "./statement-types.ts";

export function statementPage(statement: SignedStatement): string {
  const { month, scope, total, estimated, corrections, priceSources, heads, madeAt, gatewayVersion, signature } =
    statement;
  const about = scope.kind === "all" ? "everybody" : `${scope.kind} ${scope.name}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Statement ${escaped(month)}, ${escaped(about)}</title><style>${STYLE}</style></head><body><main>
<header><p class="eyebrow">Tokligence Gateway</p><h1>Statement for ${escaped(monthName(month))}</h1>
<p>Use of models by ${escaped(about)}, in UTC. Made on ${escaped(madeAt.slice(0, 10))} by version ${escaped(gatewayVersion)}.</p></header>
<section class="total"><p class="amount">${usdOfNano(total.costNano)}</p>
<p>for ${count(total.requests)} requests, corrections included.${unpricedNote(total)}</p></section>
${estimatedNote(estimated)}
${table("By model", "Provider and model", statement.byModel)}
${table("By key", "Key", statement.byKey)}
${table("By day", "Day", statement.byDay)}
<section><h2>Where the prices are from</h2><table><thead><tr><th>Source</th><th>Requests</th><th>Cost</th></tr></thead><tbody>
${priceSources.map((each) => row([each.source, count(each.requests), usdOfNano(each.costNano)])).join("\n")}
</tbody></table><p>${correctionNote(corrections)}</p></section>
<section class="proof"><h2>Proof</h2>
<p>Each request is an entry of a chain of hashes. The ends of all chains when this statement was made:</p>
<table><thead><tr><th>Run</th><th>Entries</th><th>SHA-256</th></tr></thead><tbody>
${heads.map((head) => row([String(head.instanceId), count(head.place), head.hash], "hash")).join("\n")}
</tbody></table>
<p>The JSON file of this statement is signed with Ed25519. The key has the fingerprint
<code>${fingerprintOf(signature.publicKey)}</code>, the signature is <code>${escaped(signature.value)}</code>.
<code>gateway ledger verify --statement</code> checks both, and the ledger against them.</p></section>
</main></body></html>
`;
}

const count = (value: number): string => value.toLocaleString("en-US");

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

const monthName = (month: string): string =>
  new Date(`${month}-01T00:00:00Z`).toLocaleString("en-US", { month: "long", year: "numeric", timeZone: "UTC" });

const row = (cells: readonly string[], kind = ""): string =>
  `<tr${kind === "" ? "" : ` class="${kind}"`}>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`;

function table(title: string, first: string, sums: readonly NamedSum[]): string {
  const head = [first, "Requests", "Input", "Cache read", "Cache write", "Output", "Cost"];
  const cells = (sum: NamedSum): string[] => [
    sum.name,
    count(sum.requests),
    count(sum.inputUncached),
    count(sum.cacheRead),
    count(sum.cacheWrite),
    count(sum.output),
    costText(sum),
  ];
  return `<section><h2>${title}</h2><table><thead><tr>${head.map((each) => `<th>${each}</th>`).join("")}</tr></thead><tbody>
${sums.map((sum) => row(cells(sum))).join("\n")}
</tbody></table></section>`;
}

const costText = ({ costNano, unpriced }: StatementSum): string =>
  unpriced === 0 ? usdOfNano(costNano) : `${usdOfNano(costNano)} + ${count(unpriced)} unpriced`;

const unpricedNote = ({ unpriced }: StatementSum): string =>
  unpriced === 0
    ? ""
    : ` <strong>${count(unpriced)} of them used models of no known price, and are not in the sum.</strong>`;

const estimatedNote = ({ requests, costNano }: StatementSum): string =>
  requests === 0
    ? ""
    : `<section><p>Beside that, ${count(requests)} requests were only estimated, at ${usdOfNano(costNano)}, as their provider reported no usage. They are in no other sum of this page.</p></section>`;

const correctionNote = ({ count: made, deltaNano }: { count: number; deltaNano: number }): string =>
  made === 0
    ? "No cost was corrected later."
    : `${count(made)} corrections changed the cost by ${usdOfNano(deltaNano)} in all.`;

const STYLE = `
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#1b1d21;font:15px/1.55 ui-serif,Charter,"Bitstream Charter","Sitka Text",Cambria,Georgia,serif}
main{max-width:56rem;margin:0 auto;padding:3.5rem 2rem 4rem}
.eyebrow{margin:0;font:600 .75rem/1 ui-sans-serif,system-ui,sans-serif;letter-spacing:.12em;text-transform:uppercase;color:#6a6f78}
h1{margin:.6rem 0 .4rem;font-size:2.1rem;line-height:1.15;font-weight:600;letter-spacing:-.01em}
h2{margin:2.6rem 0 .6rem;font-size:1.1rem;font-weight:600}
p{margin:.4rem 0;max-width:42rem}
.total{margin:2.2rem 0;padding:1.4rem 0;border-top:2px solid #1b1d21;border-bottom:1px solid #d8dade}
.amount{margin:0;font-size:2.6rem;line-height:1.1;font-variant-numeric:lining-nums tabular-nums}
table{width:100%;border-collapse:collapse;font:13px/1.45 ui-sans-serif,system-ui,sans-serif;font-variant-numeric:tabular-nums}
th{padding:.35rem .5rem;text-align:right;font-weight:600;color:#565b64;border-bottom:1px solid #1b1d21;white-space:nowrap}
td{padding:.35rem .5rem;text-align:right;border-bottom:1px solid #e7e8eb;vertical-align:top}
th:first-child,td:first-child{padding-left:0;text-align:left;overflow-wrap:anywhere}
th:last-child,td:last-child{padding-right:0}
.hash td:last-child,code{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
thead{display:table-header-group}
tr{break-inside:avoid}
@page{margin:18mm 16mm}
@media print{body{font-size:10.5pt}main{max-width:none;padding:0}table{font-size:8.5pt}h2{break-after:avoid}}
`;
