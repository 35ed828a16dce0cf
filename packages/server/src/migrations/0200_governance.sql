create schema governance;

-- Signed statements about stretches of the audit chains. They outlive the events they speak for.
create table governance.checkpoints (
  chain text not null,
  first_seq bigint not null,
  last_seq bigint not null,
  root text not null,
  head_hash text not null,
  at timestamptz not null,
  key_id text not null,
  signature text not null,
  primary key (chain, last_seq)
);
comment on column governance.checkpoints.chain is 'class=none; purpose=audit chains';
comment on column governance.checkpoints.first_seq is 'class=none; purpose=audit chains';
comment on column governance.checkpoints.last_seq is 'class=none; purpose=audit chains';
comment on column governance.checkpoints.root is 'class=none; purpose=audit chains; note=Merkle root over the hashes of the events, hex';
comment on column governance.checkpoints.head_hash is 'class=none; purpose=audit chains; note=hash of the last event, hex';
comment on column governance.checkpoints.at is 'class=none; purpose=audit chains';
comment on column governance.checkpoints.key_id is 'class=none; purpose=audit chains';
comment on column governance.checkpoints.signature is 'class=none; purpose=audit chains; note=Ed25519, base64';

-- Where events are sent as they happen.
create table governance.audit_streams (
  id text primary key,
  chain text not null,
  kind text not null check (kind in ('webhook', 'syslog-tcp', 'syslog-udp')),
  address text not null,
  action text,
  secret_sealed bytea,
  sent_seq bigint not null,
  error text,
  created_at timestamptz not null,
  due_at timestamptz not null
);
comment on column governance.audit_streams.id is 'class=none; purpose=audit streams';
comment on column governance.audit_streams.chain is 'class=none; purpose=audit streams';
comment on column governance.audit_streams.kind is 'class=none; purpose=audit streams';
comment on column governance.audit_streams.address is 'class=none; purpose=audit streams; note=of a receiver that an admin configured';
comment on column governance.audit_streams.action is 'class=none; purpose=audit streams; note=action or start of actions, null for all';
comment on column governance.audit_streams.secret_sealed is 'class=secret; purpose=audit streams; basis=contract; retain=life of the stream; erase=keep(of a receiver and no person)';
comment on column governance.audit_streams.sent_seq is 'class=none; purpose=audit streams';
comment on column governance.audit_streams.error is 'class=none; purpose=audit streams';
comment on column governance.audit_streams.created_at is 'class=none; purpose=audit streams';
comment on column governance.audit_streams.due_at is 'class=none; purpose=audit streams; note=a failing receiver is asked again then';

-- What people asked for about their own data.
create table governance.privacy_requests (
  id text primary key,
  user_id text not null,
  kind text not null check (kind in ('export', 'erasure')),
  state text not null check (state in ('waiting', 'ready', 'fulfilled', 'withdrawn', 'failed')),
  secret_hash text,
  options jsonb not null,
  receipt jsonb,
  created_at timestamptz not null,
  due_at timestamptz not null,
  run_at timestamptz,
  expires_at timestamptz,
  done_at timestamptz
);
create unique index privacy_requests_erasure on governance.privacy_requests (user_id) where kind = 'erasure' and state = 'waiting';
create index privacy_requests_due on governance.privacy_requests (run_at) where state = 'waiting';
comment on table governance.privacy_requests is 'subject=user_id; export=requests';
comment on column governance.privacy_requests.id is 'class=none; purpose=privacy requests';
comment on column governance.privacy_requests.user_id is 'class=personal; purpose=privacy requests; basis=legal duty; retain=3 y; erase=keep(proof that the request was met, the id names nobody after erasure)';
comment on column governance.privacy_requests.kind is 'class=personal; purpose=privacy requests; basis=legal duty; retain=3 y; erase=keep(proof that the request was met, the id names nobody after erasure)';
comment on column governance.privacy_requests.state is 'class=none; purpose=privacy requests';
comment on column governance.privacy_requests.secret_hash is 'class=secret; purpose=privacy requests; basis=legal duty; retain=7 d; erase=null';
comment on column governance.privacy_requests.options is 'class=none; purpose=privacy requests; type=PrivacyOptions';
comment on column governance.privacy_requests.receipt is 'class=none; purpose=privacy requests; type=ErasureReceipt; note=what was erased and what was kept on which ground, by table';
comment on column governance.privacy_requests.created_at is 'class=none; purpose=privacy requests';
comment on column governance.privacy_requests.due_at is 'class=none; purpose=privacy requests';
comment on column governance.privacy_requests.run_at is 'class=none; purpose=privacy requests; note=end of the cooling-off of an erasure';
comment on column governance.privacy_requests.expires_at is 'class=none; purpose=privacy requests; note=until then an export can be fetched';
comment on column governance.privacy_requests.done_at is 'class=none; purpose=privacy requests';

-- Organisations that are older than the chains get theirs.
insert into kit.audit_heads (chain, seq, prev_hash, hash)
  select id, 0, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex') from accounts.accounts where kind = 'org'
  on conflict do nothing;
