import { useQuery } from "../../api/use-query.ts";
import { Notice } from "../../components/notice.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { t } from "../../i18n/t.ts";

/** The only sight of a token, with the lines that tell agents of it. */
export function KeyToken({ token }: { token: string }) {
  const { value: status } = useQuery("status", (client) => client.call("getStatus"));
  const lines = status === null ? [] : agentLines(status.url, token);
  return (
    <div className="stack">
      <Notice tone="warn">{t("keys:shownOnce")}</Notice>
      <Snippet value={token} thing={t("keys:token")} />
      {lines.map(({ agents, text }) => (
        <div key={agents}>
          <p className="soft small key-agents">{agents}</p>
          <Snippet value={text} thing={agents} />
        </div>
      ))}
    </div>
  );
}

/** For the shell that an agent is started from. */
const agentLines = (url: string, token: string): { agents: string; text: string }[] => [
  { agents: t("keys:agents.claude"), text: exports({ ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: token }) },
  { agents: t("keys:agents.openai"), text: exports({ OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: token }) },
  { agents: t("keys:agents.gemini"), text: exports({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: token }) },
];

const exports = (variables: Record<string, string>): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}=${value}`)
    .join("\n");
