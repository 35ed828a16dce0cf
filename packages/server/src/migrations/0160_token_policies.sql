-- Networks a token may be used from, and what organisations ask of the credentials that reach them.
alter table accounts.access_tokens add column ip_ranges text[] not null default '{}';
comment on column accounts.access_tokens.ip_ranges is 'class=personal; purpose=access tokens; basis=contract; retain=life of the token; erase=delete; note=networks in CIDR notation, none for everywhere';
alter table accounts.access_tokens add column last_used_prefix text;
comment on column accounts.access_tokens.last_used_prefix is 'class=personal; purpose=access tokens; basis=legitimate interest (security); retain=life of the token; erase=delete; note=/24 or /48';

create table accounts.token_policies (
  org_id text primary key references accounts.accounts (id) on update cascade on delete cascade,
  kinds text[] not null,
  needs_approval boolean not null,
  max_age_days integer check (max_age_days > 0),
  ip_ranges text[] not null,
  enforces_ip_ranges boolean not null,
  updated_at timestamptz not null
);
comment on column accounts.token_policies.org_id is 'class=none; purpose=access tokens';
comment on column accounts.token_policies.kinds is 'class=none; purpose=access tokens; note=roles of tokens that are let in';
comment on column accounts.token_policies.needs_approval is 'class=none; purpose=access tokens';
comment on column accounts.token_policies.max_age_days is 'class=none; purpose=access tokens';
comment on column accounts.token_policies.ip_ranges is 'class=none; purpose=access tokens; note=networks of an organisation';
comment on column accounts.token_policies.enforces_ip_ranges is 'class=none; purpose=access tokens';
comment on column accounts.token_policies.updated_at is 'class=none; purpose=access tokens';

-- What an organisation decided about a token. The id is that of an access token, or of what a person let an app do (a later module's).
create table accounts.token_decisions (
  org_id text not null references accounts.accounts (id) on update cascade on delete cascade,
  token_id text not null,
  user_id text not null references accounts.accounts (id) on update cascade on delete cascade,
  state text not null check (state in ('approved', 'denied', 'revoked')),
  decided_by text,
  decided_at timestamptz not null,
  primary key (org_id, token_id)
);
create index token_decisions_token on accounts.token_decisions (token_id);
create index token_decisions_user on accounts.token_decisions (user_id);
comment on table accounts.token_decisions is 'subject=user_id; export=token-decisions; erase=delete';
comment on column accounts.token_decisions.org_id is 'class=none; purpose=access tokens';
comment on column accounts.token_decisions.token_id is 'class=none; purpose=access tokens';
comment on column accounts.token_decisions.user_id is 'class=personal; purpose=access tokens; basis=legitimate interest (security); retain=life of the membership; erase=delete';
comment on column accounts.token_decisions.state is 'class=personal; purpose=access tokens; basis=legitimate interest (security); retain=life of the membership; erase=delete';
comment on column accounts.token_decisions.decided_by is 'class=personal; purpose=access tokens; basis=legitimate interest (security); retain=life of the membership; erase=keep(an id that names nobody after erasure)';
comment on column accounts.token_decisions.decided_at is 'class=none; purpose=access tokens';
