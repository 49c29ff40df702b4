/** Every version of the configuration that was in force somewhere. Rows are only ever added. */
interface ConfigRevisionsTable {
  /** Counts up, whatever the source. */
  id: number;
  /** What it was in force of: `database`, or the path of a file. */
  source: string;
  made_at: number;
  /** `api`, `file` or `rollback`. */
  made_via: string;
  author: string | null;
  message: string | null;
  /** The revision that a rollback went back to. */
  based_on: number | null;
  /** Of `content`. */
  sha256: string;
  /** How many secrets were hidden in it. */
  hidden: number;
  content: string;
}

/** What was decided about a flag, in place of its standard. */
interface FeatureFlagsTable {
  name: string;
  /** JSON. */
  rule: string;
  updated_at: number;
  updated_by: string | null;
}

interface SealedSecretsTable {
  name: string;
  /** See secrets/sealer.ts. */
  sealed: string;
  updated_at: number;
}

export interface ConfigurationTables {
  config_revisions: ConfigRevisionsTable;
  feature_flags: FeatureFlagsTable;
  sealed_secrets: SealedSecretsTable;
}
