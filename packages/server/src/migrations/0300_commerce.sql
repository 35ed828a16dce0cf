create schema commerce;

-- Products: what is sold and at which price.

create table commerce.plans (
  id text primary key,
  owner_id text not null,
  key text not null,
  created_at timestamptz not null
);
create unique index plans_key on commerce.plans (owner_id, lower(key));

-- A version never changes once made; calls and subscriptions pin the one they were served under.
create table commerce.plan_versions (
  id text primary key,
  plan_id text not null references commerce.plans (id),
  version int not null,
  state text not null check (state in ('active', 'archived')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  interval text not null check (interval in ('month', 'year', 'custom')),
  funding text not null check (funding in ('prepaid', 'arrears', 'prepaid_then_arrears')),
  components jsonb not null,
  created_at timestamptz not null,
  unique (plan_id, version)
);
comment on column commerce.plan_versions.components is 'ComponentBody[]';
create unique index plan_versions_active on commerce.plan_versions (plan_id) where state = 'active';

create table commerce.listings (
  id text primary key,
  slug text not null,
  kind text not null check (kind in ('model_access', 'dataset_access', 'app', 'compute_flavor', 'service_offer', 'bundle')),
  seller_id text not null,
  -- Opaque name of what is sold: repo:acme/bert.
  resource text not null,
  plan_id text not null references commerce.plans (id),
  platform_fee_ppm int not null check (platform_fee_ppm between 0 and 1000000),
  title text not null,
  summary text not null,
  state text not null check (state in ('draft', 'published', 'paused', 'retired')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  published_at timestamptz
);
create unique index listings_slug on commerce.listings (lower(slug));
-- One live price per resource: a call never has to choose.
create unique index listings_published on commerce.listings (kind, lower(resource)) where state = 'published';
create index listings_seller on commerce.listings (seller_id);

-- Ledger: double entry. Balances are counters kept in the same transaction as the transfers behind them.

create table commerce.ledger_accounts (
  -- <code>:<owner>:<currency>
  id text primary key,
  code int not null,
  -- An account of the platform, or a word such as a provider or a revenue stream.
  owner text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  debits_must_not_exceed_credits boolean not null default false,
  credits_must_not_exceed_debits boolean not null default false,
  is_closed boolean not null default false,
  debits_pending_micros bigint not null default 0 check (debits_pending_micros >= 0),
  debits_posted_micros bigint not null default 0 check (debits_posted_micros >= 0),
  credits_pending_micros bigint not null default 0 check (credits_pending_micros >= 0),
  credits_posted_micros bigint not null default 0 check (credits_posted_micros >= 0),
  created_at timestamptz not null,
  unique (code, owner, currency),
  check (not debits_must_not_exceed_credits or debits_pending_micros + debits_posted_micros <= credits_posted_micros),
  check (not credits_must_not_exceed_debits or credits_pending_micros + credits_posted_micros <= debits_posted_micros)
);
create index ledger_accounts_owner on commerce.ledger_accounts (owner);

create table commerce.ledger_transfers (
  -- Derived from the business fact, so that a repeated job meets its own transfer.
  id text primary key,
  kind text not null check (kind in ('posted', 'pending', 'post', 'void')),
  debit_id text not null references commerce.ledger_accounts (id),
  credit_id text not null references commerce.ledger_accounts (id),
  amount_micros bigint not null check (amount_micros > 0),
  -- The pending transfer that a post or void resolves.
  pending_id text references commerce.ledger_transfers (id),
  code text not null,
  group_id text not null,
  -- The thing behind it: a listing, a top-up reference, a corrected transfer.
  ref text not null,
  at timestamptz not null,
  check (debit_id <> credit_id),
  check ((pending_id is not null) = (kind in ('post', 'void')))
);
create unique index ledger_transfers_resolution on commerce.ledger_transfers (pending_id) where pending_id is not null;
create index ledger_transfers_debit on commerce.ledger_transfers (debit_id, at desc, id);
create index ledger_transfers_credit on commerce.ledger_transfers (credit_id, at desc, id);
create index ledger_transfers_group on commerce.ledger_transfers (group_id);

create function commerce.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed or removed', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger ledger_transfers_immutable before update or delete or truncate on commerce.ledger_transfers
  for each statement execute function commerce.refuse_change();
create trigger ledger_accounts_kept before delete or truncate on commerce.ledger_accounts
  for each statement execute function commerce.refuse_change();
create trigger plan_versions_kept before delete or truncate on commerce.plan_versions
  for each statement execute function commerce.refuse_change();

create function commerce.guard_ledger_account() returns trigger language plpgsql as $$
begin
  if new.id <> old.id or new.code <> old.code or new.owner <> old.owner or new.currency <> old.currency
     or new.debits_posted_micros < old.debits_posted_micros or new.credits_posted_micros < old.credits_posted_micros then
    raise exception 'posted counters only grow and a ledger account keeps its identity' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger ledger_accounts_guard before update on commerce.ledger_accounts
  for each row execute function commerce.guard_ledger_account();

create function commerce.guard_plan_version() returns trigger language plpgsql as $$
begin
  if (new.id, new.plan_id, new.version, new.currency, new.interval, new.funding, new.components, new.created_at)
     is distinct from (old.id, old.plan_id, old.version, old.currency, old.interval, old.funding, old.components, old.created_at) then
    raise exception 'a plan version is immutable' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger plan_versions_guard before update on commerce.plan_versions
  for each row execute function commerce.guard_plan_version();

-- Kept for ever: the same key with another body is refused.
create table commerce.idempotency_keys (
  actor_id text not null,
  key text not null,
  body_sha256 text not null,
  response jsonb not null,
  created_at timestamptz not null,
  primary key (actor_id, key)
);
comment on column commerce.idempotency_keys.response is 'unknown';

-- Budgets: limits that hold calls together with the wallet.

create table commerce.budgets (
  id text primary key,
  -- Who may see and change it.
  account_id text not null,
  scope text not null check (scope in ('org', 'user', 'key', 'listing')),
  subject_id text not null,
  period text not null check (period in ('day', 'week', 'month', 'total')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  limit_micros bigint not null check (limit_micros >= 0),
  soft_ppm int[] not null,
  action text not null check (action in ('notify', 'throttle', 'block')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  removed_at timestamptz
);
create unique index budgets_subject on commerce.budgets (account_id, scope, subject_id, period, currency) where removed_at is null;
create index budgets_scope on commerce.budgets (scope, subject_id) where removed_at is null;

create table commerce.budget_windows (
  budget_id text not null references commerce.budgets (id),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  used_micros bigint not null default 0 check (used_micros >= 0),
  leased_micros bigint not null default 0 check (leased_micros >= 0),
  -- Highest soft threshold announced in this window.
  notified_ppm int not null default 0,
  primary key (budget_id, starts_at)
);

-- Metering: one journal per process lifetime; the database keeps how far it was folded.

create table commerce.journals (
  id text primary key,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  closed_at timestamptz,
  cursor_segment int not null default 0,
  cursor_offset_bytes bigint not null default 0
);

create table commerce.journal_segments (
  journal_id text not null references commerce.journals (id),
  number int not null,
  size_bytes bigint not null,
  -- Of the previous segment's chain value and this segment's bytes.
  chain_sha256 text not null,
  -- Where the compressed copy lies in the blob store.
  blob_key text not null,
  sealed_at timestamptz not null,
  primary key (journal_id, number)
);

create table commerce.folds (
  id text primary key,
  journal_id text not null references commerce.journals (id),
  segment int not null,
  from_offset_bytes bigint not null,
  to_offset_bytes bigint not null,
  call_count int not null,
  first_call_at timestamptz not null,
  last_call_at timestamptz not null,
  folded_at timestamptz not null
);
create index folds_calls on commerce.folds (last_call_at, first_call_at);

-- Usage by key and hour. Empty text stands for "none" so that the key is total.
create table commerce.call_hours (
  payer_id text not null,
  hour timestamptz not null,
  user_id text not null,
  token_id text not null,
  resource text not null,
  endpoint_id text not null,
  listing_id text not null,
  plan_version_id text not null,
  currency text not null,
  calls bigint not null,
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  output_tokens bigint not null,
  latency_ms bigint not null,
  charged_micros bigint not null,
  primary key (payer_id, hour, user_id, token_id, resource, endpoint_id, listing_id, plan_version_id, currency)
);
create index call_hours_user on commerce.call_hours (user_id, hour);
create index call_hours_token on commerce.call_hours (token_id, hour);
create index call_hours_listing on commerce.call_hours (listing_id, hour) where listing_id <> '';

-- Running totals of one component's meter in one service period: what R1 rates and R10 compares with.
create table commerce.rated_lines (
  payer_id text not null,
  listing_id text not null,
  plan_version_id text not null,
  period_start timestamptz not null,
  component int not null,
  meter text not null,
  quantity bigint not null,
  rated_micros bigint not null,
  primary key (payer_id, listing_id, plan_version_id, period_start, component, meter)
);

-- What was drawn for one buyer and listing in one service period, and how it was shared.
create table commerce.draws (
  payer_id text not null,
  listing_id text not null,
  plan_version_id text not null,
  period_start timestamptz not null,
  fee_ppm int not null,
  seller_id text not null,
  currency text not null,
  rated_micros bigint not null,
  gross_micros bigint not null,
  fee_micros bigint not null,
  net_micros bigint not null,
  primary key (payer_id, listing_id, plan_version_id, period_start, fee_ppm)
);

-- The same by fold and hour: a figure on a page opens to these, and these to the transfers of their group.
create table commerce.sales (
  fold_id text not null references commerce.folds (id),
  listing_id text not null,
  payer_id text not null,
  hour timestamptz not null,
  seller_id text not null,
  plan_version_id text not null,
  fee_ppm int not null,
  currency text not null,
  calls bigint not null,
  gross_micros bigint not null,
  fee_micros bigint not null,
  net_micros bigint not null,
  group_id text not null,
  primary key (fold_id, listing_id, payer_id, hour, plan_version_id, fee_ppm)
);
create index sales_seller on commerce.sales (seller_id, hour);
create index sales_payer on commerce.sales (payer_id, hour);

-- What a running process holds of a wallet or a budget window.
create table commerce.leases (
  journal_id text not null references commerce.journals (id),
  scope text not null check (scope in ('wallet', 'budget')),
  -- Ledger account of a wallet, budget id of a budget.
  subject_id text not null,
  -- Start of the budget window; the epoch for wallets.
  window_start timestamptz not null,
  amount_micros bigint not null check (amount_micros >= 0),
  -- The pending transfer of a wallet lease.
  pending_id text references commerce.ledger_transfers (id),
  updated_at timestamptz not null,
  primary key (journal_id, scope, subject_id, window_start)
);
