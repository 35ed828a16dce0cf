-- The audit chains: one per organisation and one for the platform. A head is locked by whoever appends.
create table kit.audit_heads (
  chain text primary key,
  seq bigint not null,
  prev_hash bytea not null,
  hash bytea not null
);
comment on column kit.audit_heads.chain is 'class=none; purpose=audit chains; note=platform, or the id of an organisation';
comment on column kit.audit_heads.seq is 'class=none; purpose=audit chains; note=number of the last event, 0 for none';
comment on column kit.audit_heads.prev_hash is 'class=none; purpose=audit chains';
comment on column kit.audit_heads.hash is 'class=none; purpose=audit chains; note=of the last event';
insert into kit.audit_heads values ('platform', 0, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'));

create table kit.audit_events (
  chain text not null,
  seq bigint not null,
  id text not null,
  at timestamptz not null,
  action text not null,
  outcome text not null check (outcome in ('success', 'denied', 'failed')),
  actor_id text,
  target_type text not null,
  target_id text not null,
  body text not null,
  hash bytea not null,
  primary key (chain, seq)
);
comment on table kit.audit_events is 'subject=actor_id; export=audit';
comment on column kit.audit_events.chain is 'class=none; purpose=audit chains';
comment on column kit.audit_events.seq is 'class=none; purpose=audit chains';
comment on column kit.audit_events.id is 'class=none; purpose=audit chains';
comment on column kit.audit_events.at is 'class=personal; purpose=audit chains; basis=legal duty and legitimate interest (security); retain=400 d; erase=keep(the chain must verify; the id alone names nobody after erasure)';
comment on column kit.audit_events.action is 'class=personal; purpose=audit chains; basis=legal duty and legitimate interest (security); retain=400 d; erase=keep(the chain must verify; the id alone names nobody after erasure)';
comment on column kit.audit_events.outcome is 'class=none; purpose=audit chains';
comment on column kit.audit_events.actor_id is 'class=personal; purpose=audit chains; basis=legal duty and legitimate interest (security); retain=400 d; erase=keep(the chain must verify; the id alone names nobody after erasure)';
comment on column kit.audit_events.target_type is 'class=none; purpose=audit chains';
comment on column kit.audit_events.target_id is 'class=personal; purpose=audit chains; basis=legal duty and legitimate interest (security); retain=400 d; erase=keep(the chain must verify; the id alone names nobody after erasure)';
comment on column kit.audit_events.body is 'class=none; purpose=audit chains; note=the canonical text that was hashed; personal values in it are commitments whose values lie in kit.subject_vault';
comment on column kit.audit_events.hash is 'class=none; purpose=audit chains';
create index audit_events_actor on kit.audit_events (actor_id, at) where actor_id is not null;
create index audit_events_target on kit.audit_events (target_id, at);
create index audit_events_at on kit.audit_events (chain, at);

create function kit.refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and coalesce(current_setting('stoa.audit_retention', true), '') = 'on' then return null; end if;
  raise exception 'audit events are never changed or removed' using errcode = 'restrict_violation';
end $$;
create trigger audit_events_kept before update or delete or truncate on kit.audit_events
  for each statement execute function kit.refuse_audit_change();

-- One key per person; destroying it makes every value sealed with it unreadable, in backups of these rows too.
create table kit.subject_keys (
  subject_id text primary key,
  key_sealed bytea,
  created_at timestamptz not null,
  destroyed_at timestamptz
);
comment on table kit.subject_keys is 'subject=subject_id';
comment on column kit.subject_keys.subject_id is 'class=personal; purpose=erasable audit values; basis=legal duty; retain=400 d; erase=keep(remembers that the key was destroyed)';
comment on column kit.subject_keys.key_sealed is 'class=secret; purpose=erasable audit values; basis=legal duty; retain=life of the account; erase=shred; note=null once destroyed';
comment on column kit.subject_keys.created_at is 'class=none; purpose=erasable audit values';
comment on column kit.subject_keys.destroyed_at is 'class=none; purpose=erasable audit values';

create table kit.subject_vault (
  chain text not null,
  seq bigint not null,
  subject_id text not null references kit.subject_keys (subject_id),
  sealed bytea not null,
  primary key (chain, seq, subject_id)
);
create index subject_vault_subject on kit.subject_vault (subject_id);
comment on table kit.subject_vault is 'subject=subject_id; erase=delete';
comment on column kit.subject_vault.chain is 'class=none; purpose=erasable audit values';
comment on column kit.subject_vault.seq is 'class=none; purpose=erasable audit values';
comment on column kit.subject_vault.subject_id is 'class=personal; purpose=erasable audit values; basis=legal duty; retain=400 d; erase=delete';
comment on column kit.subject_vault.sealed is 'class=personal; purpose=erasable audit values; basis=legal duty; retain=400 d; erase=delete; note=JSON of the values by their place in the event, AES-256-GCM with the key of the subject';
