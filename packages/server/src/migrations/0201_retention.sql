-- Somebody or an organisation whose records stay whatever their age, until the hold is released.
create table governance.legal_holds (
  id text primary key,
  account_id text not null,
  reason text not null,
  placed_by text not null,
  created_at timestamptz not null,
  released_by text,
  released_at timestamptz
);
create unique index legal_holds_open on governance.legal_holds (account_id) where released_at is null;
comment on table governance.legal_holds is 'subject=account_id; age=released_at';
comment on column governance.legal_holds.id is 'class=none; purpose=legal holds';
comment on column governance.legal_holds.account_id is 'class=personal; purpose=legal holds; basis=legal duty; retain=3 y; erase=keep(proof of why records stayed, the id names nobody after erasure)';
comment on column governance.legal_holds.reason is 'class=personal; purpose=legal holds; basis=legal duty; retain=3 y; erase=keep(proof of why records stayed)';
comment on column governance.legal_holds.placed_by is 'class=personal; purpose=legal holds; basis=legal duty; retain=3 y; erase=keep(who decided, the id names nobody after erasure)';
comment on column governance.legal_holds.created_at is 'class=none; purpose=legal holds';
comment on column governance.legal_holds.released_by is 'class=personal; purpose=legal holds; basis=legal duty; retain=3 y; erase=keep(who decided, the id names nobody after erasure)';
comment on column governance.legal_holds.released_at is 'class=none; purpose=legal holds';

-- Classes of the register that are kept for less time here than the register allows.
create table governance.retention_rules (
  class text primary key,
  days integer not null check (days > 0),
  updated_at timestamptz not null
);
comment on column governance.retention_rules.class is 'class=none; purpose=retention';
comment on column governance.retention_rules.days is 'class=none; purpose=retention';
comment on column governance.retention_rules.updated_at is 'class=none; purpose=retention';

-- What the deletion by age did, or would do.
create table governance.retention_runs (
  id text primary key,
  is_dry_run boolean not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed')),
  report jsonb not null,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index retention_runs_created on governance.retention_runs (created_at);
comment on column governance.retention_runs.id is 'class=none; purpose=retention';
comment on column governance.retention_runs.is_dry_run is 'class=none; purpose=retention';
comment on column governance.retention_runs.state is 'class=none; purpose=retention';
comment on column governance.retention_runs.report is 'class=none; purpose=retention; type=RetentionReport';
comment on column governance.retention_runs.created_at is 'class=none; purpose=retention';
comment on column governance.retention_runs.finished_at is 'class=none; purpose=retention';

-- `age` names the column by which rows of a table grow old: deletion by age follows from it.
comment on table governance.privacy_requests is 'subject=user_id; export=requests; age=created_at';
comment on table accounts.break_glass is 'subject=user_id; export=emergency access; age=created_at';
comment on table accounts.one_time_links is 'subject=user_id; erase=delete; age=expires_at';
