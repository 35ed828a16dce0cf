-- Facts announced by modules, written with the change they tell of and delivered after it.
create table kit.outbox (
  id bigint generated always as identity primary key,
  name text not null,
  payload jsonb not null,
  created_at timestamptz not null
);
-- One row per handler that has not yet taken an event.
create table kit.deliveries (
  event_id bigint not null references kit.outbox (id) on delete cascade,
  handler text not null,
  attempts integer not null default 0,
  due_at timestamptz not null,
  error text,
  primary key (event_id, handler)
);
create index deliveries_due on kit.deliveries (due_at);

create table kit.jobs (
  id text primary key,
  kind text not null,
  payload jsonb not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  attempts integer not null default 0,
  run_at timestamptz not null,
  lease_until timestamptz,
  error text,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index jobs_due on kit.jobs (run_at) where state in ('queued', 'running');
