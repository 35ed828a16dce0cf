interface Governed {
  readonly table: string
  /** Columns of which one is the target of an event in the same transaction. */
  readonly targets: readonly string[]
  /** Changes of these alone are no change of governed state. */
  readonly ignored?: readonly string[]
  readonly when?: string
  readonly on?: string
}

/** State whose every change must be in the audit chain (trust.md §3). */
const GOVERNED: readonly Governed[] = [
  { table: 'accounts.accounts', targets: ['id'], ignored: ['updated_at'] },
  { table: 'accounts.users', targets: ['account_id'] },
  { table: 'accounts.memberships', targets: ['user_id', 'org_id'] },
  { table: 'accounts.passwords', targets: ['user_id'], ignored: ['updated_at'] },
  { table: 'accounts.sessions', targets: ['user_id', 'id'], ignored: ['last_used_at'] },
  { table: 'accounts.access_tokens', targets: ['id', 'user_id'], ignored: ['last_used_at', 'last_used_prefix'] },
  { table: 'orgs.token_policies', targets: ['org_id'], ignored: ['updated_at'] },
  { table: 'orgs.token_decisions', targets: ['token_id', 'org_id', 'user_id'], ignored: ['decided_at'] },
  { table: 'accounts.one_time_links', targets: ['id', 'user_id'], on: 'insert' },
  { table: 'oauth.apps', targets: ['id'], ignored: ['updated_at'] },
  { table: 'oauth.grants', targets: ['id', 'app_id', 'user_id'], ignored: ['updated_at'] },
  { table: 'oauth.token_issuers', targets: ['id'], ignored: ['updated_at'] },
  {
    table: 'oauth.trusted_publishers',
    targets: ['id', 'issuer_id', 'user_id', 'account_id'],
    ignored: ['last_used_at'],
  },
  { table: 'accounts.settings', targets: ['key'], ignored: ['updated_at'] },
  { table: 'orgs.resource_groups', targets: ['id'], ignored: ['updated_at'] },
  { table: 'orgs.resource_group_members', targets: ['group_id', 'user_id'] },
  { table: 'orgs.service_accounts', targets: ['account_id'] },
  { table: 'accounts.platform_duties', targets: ['user_id'] },
  { table: 'accounts.break_glass', targets: ['id', 'org_id', 'user_id'], on: 'insert or update' },
  { table: 'signin.passkeys', targets: ['id', 'user_id'], ignored: ['counter', 'is_synced', 'last_used_at'] },
  { table: 'signin.totp', targets: ['user_id'], ignored: ['last_step'] },
  { table: 'signin.recovery_codes', targets: ['user_id'] },
  { table: 'directory.provisioning_settings', targets: ['org_id'], ignored: ['updated_at'] },
  { table: 'directory.provisioning_credentials', targets: ['id'], ignored: ['last_used_at'] },
  { table: 'directory.provisioned_users', targets: ['user_id'], ignored: ['updated_at', 'held', 'version'] },
  { table: 'directory.provisioned_groups', targets: ['id'], ignored: ['updated_at', 'version'] },
  { table: 'directory.provisioned_group_members', targets: ['group_id'], on: 'insert' },
  { table: 'federation.managed_accounts', targets: ['user_id'] },
  { table: 'directory.group_mappings', targets: ['org_id', 'resource_group_id'] },
  { table: 'federation.connections', targets: ['id'], ignored: ['updated_at'] },
  { table: 'federation.domains', targets: ['id'] },
  { table: 'federation.policies', targets: ['org_id'], ignored: ['updated_at'] },
  { table: 'federation.exemptions', targets: ['org_id', 'user_id'] },
  // A connection that ends takes its identities along.
  { table: 'federation.identities', targets: ['id', 'user_id', 'connection_id'], ignored: ['last_used_at', 'email'] },
  {
    table: 'directory.directories',
    targets: ['id'],
    ignored: ['updated_at', 'synced_at', 'sync_result', 'problem', 'problem_at'],
  },
  { table: 'directory.directory_identities', targets: ['user_id', 'directory_id'], ignored: ['seen_at'] },
  { table: 'governance.legal_holds', targets: ['id', 'account_id'] },
  { table: 'governance.retention_rules', targets: ['class'], ignored: ['updated_at'] },
  { table: 'commerce.plans', targets: ['id', 'owner_id'] },
  { table: 'commerce.plan_versions', targets: ['plan_id'] },
  { table: 'commerce.listings', targets: ['id', 'seller_id'], ignored: ['updated_at'] },
  { table: 'metering.budgets', targets: ['id', 'account_id'], ignored: ['updated_at'] },
  { table: 'commerce.ledger_transfers', targets: ['id'], on: 'insert', when: "new.code = 'wallet.topup'" },
  { table: 'repos.repos', targets: ['id'], ignored: ['updated_at', 'default_branch'] },
  { table: 'repos.buckets', targets: ['id'], ignored: ['updated_at', 'size_bytes', 'file_count', 'change_seq'] },
  { table: 'gates.access_requests', targets: ['repo_id', 'user_id'], ignored: ['told_at'] },
  { table: 'gates.notices', targets: ['repo_id'] },
  { table: 'inference.endpoints', targets: ['id', 'repo_id', 'owner_id'], ignored: ['updated_at'] },
  { table: 'inference.providers', targets: ['id'], ignored: ['updated_at'] },
  { table: 'inference.provider_models', targets: ['provider_id'] },
  { table: 'signin.mail_links', targets: ['id', 'user_id'], on: 'insert' },
  { table: 'signin.invitations', targets: ['id', 'batch_id', 'invited_by'], on: 'insert or update' },
]

const CHECK = `
create or replace function kit.demand_audit() returns trigger language plpgsql as $$
declare
  fresh jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) end;
  stale jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) end;
  ignored text[] := string_to_array(tg_argv[0], ',');
  targets text[] := '{}';
begin
  if tg_op = 'UPDATE' and (fresh - ignored) = (stale - ignored) then return null; end if;
  for i in 1 .. tg_nargs - 1 loop
    targets := targets || array[fresh ->> tg_argv[i], stale ->> tg_argv[i]];
  end loop;
  if not exists (
    select from kit.audit_events e
    where e.target_id = any (targets) and e.xmin::text = (pg_current_xact_id()::xid)::text
  ) then
    raise exception '% of %.% without an audit event: record one in the same transaction, its target one of %',
      tg_op, tg_table_schema, tg_table_name, array_remove(targets, null);
  end if;
  return null;
end $$;`

function triggerOn({ table, targets, ignored = [], when, on = 'insert or update or delete' }: Governed): string {
  const args = [ignored.join(','), ...targets].map((text) => `'${text}'`).join(', ')
  return `
drop trigger if exists audit_demanded on ${table};
create constraint trigger audit_demanded after ${on} on ${table} deferrable initially deferred
  for each row ${when === undefined ? '' : `when (${when})`} execute function kit.demand_audit(${args});`
}

/** SQL after which a transaction that changes governed state without recording it fails at its commit. */
export const DEMAND_AUDIT: string = CHECK + GOVERNED.map(triggerOn).join('')
