/** The files that `gateway init` writes, with every value that stands for itself left as a comment. */
export interface InitChoices {
  env: string;
  email?: string;
  ledgerPath?: string;
}

export function initFiles(choices: InitChoices): [path: string, text: string][] {
  return [
    ["config/setting.ini", settingIni(choices)],
    ...["dev", "test", "live"].map((name): [string, string] => [
      `config/${name}/gateway.ini`,
      `# What differs from ../setting.ini when environment = ${name}.\n${OVERLAYS[name] ?? ""}`,
    ]),
    ["config/gateway.yaml", GATEWAY_YAML],
  ];
}

const settingIni = ({
  env,
  email,
  ledgerPath,
}: InitChoices): string => `# Settings of the gateway. Later layers win: this file, config/<environment>/gateway.ini, TOKLIGENCE_* variables,
# flags. What is commented out shows the standard.

environment = ${env}

${email === undefined ? "# admin_email = admin@local" : `admin_email = ${email}`}
${ledgerPath === undefined ? "# ledger_path = ~/.tokligence/ledger.db" : `ledger_path = ${ledgerPath}`}
# log_level = info

# host = 127.0.0.1
# facade_port = 8081
`;

const OVERLAYS: Record<string, string> = {
  dev: "\n# log_level = debug\n",
  test: "\n# facade_port = 0\n",
  live: "\n# host = 0.0.0.0\n# allowed_hosts = gateway.example.com\n",
};

const GATEWAY_YAML = `# Providers, routes and aliases; changes are taken while the gateway runs.
# A credential says where the key is, and never is the key: env:NAME, file:PATH or keychain:NAME.

providers: []
#  - id: anthropic
#    kind: anthropic
#    credential: env:ANTHROPIC_API_KEY
#  - id: local
#    kind: openai-compatible
#    base_url: http://127.0.0.1:8000/v1

routes: []
#  - match: claude-*
#    targets: [anthropic]

aliases: {}
#  fast: claude-haiku-4-5
`;
