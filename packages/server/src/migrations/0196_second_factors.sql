-- Facts of accounts and sessions that second factors need; the factors themselves are kept by the module signin.
alter table accounts.users add column mfa_since timestamptz;
comment on column accounts.users.mfa_since is 'class=personal; purpose=sign-in; basis=legitimate interest (security); retain=life of the account; erase=null; note=since when a second factor is asked for';
alter table accounts.accounts add column requires_mfa boolean not null default false;
comment on column accounts.accounts.requires_mfa is 'class=none; purpose=sign-in; note=an organisation of which members without a second factor see nothing private';
-- When the person last showed who they are in this session, and whether by two factors.
alter table accounts.sessions add column confirmed_at timestamptz;
comment on column accounts.sessions.confirmed_at is 'class=personal; purpose=sign-in; basis=legitimate interest (security); retain=90 d; erase=delete';
alter table accounts.sessions add column is_strong boolean not null default false;
comment on column accounts.sessions.is_strong is 'class=none; purpose=sign-in';
alter table accounts.one_time_links drop constraint one_time_links_purpose_check;
alter table accounts.one_time_links add constraint one_time_links_purpose_check
  check (purpose in ('first_admin', 'set_password', 'recover'));
