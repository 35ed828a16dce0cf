-- Identities that live elsewhere: connections to identity providers, domains of organisations, who signed in through them.
create schema federation;

-- The trust between this platform and one identity provider; of an organisation, or of the platform when it names none.
create table federation.connections (
  id text primary key,
  org_id text references accounts.accounts (id) on update cascade on delete cascade,
  protocol text not null check (protocol in ('oidc', 'saml')),
  -- What stands on the button.
  name text not null,
  is_enabled boolean not null,
  -- People who were never here get an account at their first sign-in.
  creates_accounts boolean not null,
  -- Whether our own second factor is still asked for: always, never, or unless the provider says that it asked for one.
  second_factor text not null check (second_factor in ('ours', 'theirs', 'by_amr')),
  settings jsonb not null,
  mapping jsonb not null,
  -- The client secret, sealed with the instance key.
  secret_sealed text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index connections_name on federation.connections (coalesce(org_id, ''), lower(name));
comment on table federation.connections is 'note=belongs to an organisation or the platform';
comment on column federation.connections.id is 'class=none; purpose=single sign-on';
comment on column federation.connections.org_id is 'class=none; purpose=single sign-on';
comment on column federation.connections.protocol is 'class=none; purpose=single sign-on';
comment on column federation.connections.name is 'class=none; purpose=single sign-on';
comment on column federation.connections.is_enabled is 'class=none; purpose=single sign-on';
comment on column federation.connections.creates_accounts is 'class=none; purpose=single sign-on';
comment on column federation.connections.second_factor is 'class=none; purpose=single sign-on';
comment on column federation.connections.settings is 'class=none; purpose=single sign-on; type=unknown';
comment on column federation.connections.mapping is 'class=none; purpose=single sign-on; type=unknown';
comment on column federation.connections.secret_sealed is 'class=secret; purpose=single sign-on; basis=contract; retain=life of the connection; erase=keep(it belongs to the organisation)';
comment on column federation.connections.created_at is 'class=none; purpose=single sign-on';
comment on column federation.connections.updated_at is 'class=none; purpose=single sign-on';

-- E-mail domains that an organisation (or the platform) says are its own, and whether it showed it.
create table federation.domains (
  id text primary key,
  org_id text references accounts.accounts (id) on update cascade on delete cascade,
  domain text not null check (domain = lower(domain)),
  -- What the DNS must say; public by nature.
  challenge text not null,
  verified_at timestamptz,
  verified_by text check (verified_by in ('dns', 'admin')),
  created_at timestamptz not null
);
create unique index domains_owner on federation.domains (coalesce(org_id, ''), domain);
create unique index domains_verified on federation.domains (domain) where verified_at is not null;
comment on table federation.domains is 'note=belongs to an organisation or the platform';
comment on column federation.domains.id is 'class=none; purpose=domains of organisations';
comment on column federation.domains.org_id is 'class=none; purpose=domains of organisations';
comment on column federation.domains.domain is 'class=none; purpose=domains of organisations';
comment on column federation.domains.challenge is 'class=none; purpose=domains of organisations';
comment on column federation.domains.verified_at is 'class=none; purpose=domains of organisations';
comment on column federation.domains.verified_by is 'class=none; purpose=domains of organisations';
comment on column federation.domains.created_at is 'class=none; purpose=domains of organisations';

-- How an organisation wants its members to come in. No row: as they like.
create table federation.policies (
  org_id text primary key references accounts.accounts (id) on update cascade on delete cascade,
  is_enforced boolean not null,
  -- A sign-in through the connection is fresh for so long.
  session_minutes integer not null check (session_minutes between 5 and 129600),
  -- Access tokens hold for so long after their owner's last sign-in; null: as long as they last.
  token_days integer check (token_days between 1 and 3650),
  updated_at timestamptz not null
);
comment on table federation.policies is 'note=belongs to an organisation';
comment on column federation.policies.org_id is 'class=none; purpose=single sign-on';
comment on column federation.policies.is_enforced is 'class=none; purpose=single sign-on';
comment on column federation.policies.session_minutes is 'class=none; purpose=single sign-on';
comment on column federation.policies.token_days is 'class=none; purpose=single sign-on';
comment on column federation.policies.updated_at is 'class=none; purpose=single sign-on';

-- Admins of an organisation who come in with their password when the provider is away.
create table federation.exemptions (
  org_id text not null references accounts.accounts (id) on update cascade on delete cascade,
  user_id text not null references accounts.accounts (id) on update cascade on delete cascade,
  created_at timestamptz not null,
  primary key (org_id, user_id)
);
create index exemptions_user on federation.exemptions (user_id);
comment on table federation.exemptions is 'subject=user_id; export=memberships; erase=delete';
comment on column federation.exemptions.org_id is 'class=none; purpose=single sign-on';
comment on column federation.exemptions.user_id is 'class=personal; purpose=single sign-on; basis=contract; retain=life of the membership; erase=delete';
comment on column federation.exemptions.created_at is 'class=none; purpose=single sign-on';

-- A person as a connection knows them.
create table federation.identities (
  id text primary key,
  connection_id text not null references federation.connections (id) on delete cascade,
  -- The provider's own name of the person: `sub`, or the NameID.
  subject text not null,
  user_id text not null references accounts.accounts (id) on update cascade on delete cascade,
  -- What the provider said at the last sign-in.
  email text,
  created_at timestamptz not null,
  last_used_at timestamptz not null
);
create unique index identities_subject on federation.identities (connection_id, subject);
create unique index identities_user on federation.identities (connection_id, user_id);
create index identities_of_user on federation.identities (user_id);
comment on table federation.identities is 'subject=user_id; export=sign-on; erase=delete';
comment on column federation.identities.id is 'class=none; purpose=single sign-on';
comment on column federation.identities.connection_id is 'class=none; purpose=single sign-on';
comment on column federation.identities.subject is 'class=personal; purpose=single sign-on; basis=contract; retain=life of the account; erase=delete';
comment on column federation.identities.user_id is 'class=personal; purpose=single sign-on; basis=contract; retain=life of the account; erase=delete';
comment on column federation.identities.email is 'class=personal; purpose=single sign-on; basis=contract; retain=life of the account; erase=delete';
comment on column federation.identities.created_at is 'class=none; purpose=single sign-on';
comment on column federation.identities.last_used_at is 'class=personal; purpose=single sign-on; basis=contract; retain=life of the account; erase=delete';

-- Which sessions, access tokens and apps' grants come from a sign-in through a connection, and when it was.
create table federation.sign_ons (
  kind text not null check (kind in ('session', 'token', 'grant')),
  credential_id text not null,
  connection_id text not null references federation.connections (id) on delete cascade,
  user_id text not null references accounts.accounts (id) on update cascade on delete cascade,
  at timestamptz not null,
  primary key (kind, credential_id, connection_id)
);
create index sign_ons_user on federation.sign_ons (user_id);
create index sign_ons_at on federation.sign_ons (at);
comment on table federation.sign_ons is 'subject=user_id; export=sign-on; erase=delete';
comment on column federation.sign_ons.kind is 'class=none; purpose=single sign-on';
comment on column federation.sign_ons.credential_id is 'class=none; purpose=single sign-on';
comment on column federation.sign_ons.connection_id is 'class=none; purpose=single sign-on';
comment on column federation.sign_ons.user_id is 'class=personal; purpose=single sign-on; basis=contract; retain=life of the credential; erase=delete';
comment on column federation.sign_ons.at is 'class=personal; purpose=single sign-on; basis=contract; retain=life of the credential; erase=delete';

-- Sign-ins under way: each answers once, in the browser that began it, for ten minutes.
create table federation.attempts (
  id text primary key,
  connection_id text not null references federation.connections (id) on delete cascade,
  purpose text not null check (purpose in ('sign_in', 'link', 'test')),
  -- Who links or tests; null for whoever signs in.
  user_id text references accounts.accounts (id) on update cascade on delete cascade,
  -- SHA-256 of what goes to the provider and comes back, and of what stays in the browser; hex.
  state_hash text not null unique,
  browser_hash text not null,
  -- Nonce, PKCE verifier, request id and where to go afterwards, sealed with the instance key.
  facts_sealed text not null,
  -- What a provider posted, until the browser that began comes for it; sealed.
  answer_sealed text,
  answer_hash text unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index attempts_expiry on federation.attempts (expires_at);
create index attempts_user on federation.attempts (user_id);
comment on table federation.attempts is 'subject=user_id; export=sign-on; erase=delete';
comment on column federation.attempts.id is 'class=none; purpose=single sign-on';
comment on column federation.attempts.connection_id is 'class=none; purpose=single sign-on';
comment on column federation.attempts.purpose is 'class=none; purpose=single sign-on';
comment on column federation.attempts.user_id is 'class=personal; purpose=single sign-on; basis=contract; retain=one day; erase=delete';
comment on column federation.attempts.state_hash is 'class=secret; purpose=single sign-on; basis=contract; retain=one day; erase=delete';
comment on column federation.attempts.browser_hash is 'class=secret; purpose=single sign-on; basis=contract; retain=one day; erase=delete';
comment on column federation.attempts.facts_sealed is 'class=secret; purpose=single sign-on; basis=contract; retain=one day; erase=delete';
comment on column federation.attempts.answer_sealed is 'class=secret; purpose=single sign-on; basis=contract; retain=one day; erase=delete';
comment on column federation.attempts.answer_hash is 'class=secret; purpose=single sign-on; basis=contract; retain=one day; erase=delete';
comment on column federation.attempts.created_at is 'class=none; purpose=single sign-on';
comment on column federation.attempts.expires_at is 'class=none; purpose=single sign-on';
comment on column federation.attempts.used_at is 'class=none; purpose=single sign-on';

-- Assertions and identity tokens that were believed once and are not believed again.
create table federation.used_answers (
  connection_id text not null references federation.connections (id) on delete cascade,
  -- SHA-256 of the answer's own id, hex.
  answer_hash text not null,
  expires_at timestamptz not null,
  primary key (connection_id, answer_hash)
);
create index used_answers_expiry on federation.used_answers (expires_at);
comment on table federation.used_answers is 'note=names nobody';
comment on column federation.used_answers.connection_id is 'class=none; purpose=single sign-on';
comment on column federation.used_answers.answer_hash is 'class=none; purpose=single sign-on';
comment on column federation.used_answers.expires_at is 'class=none; purpose=single sign-on';
