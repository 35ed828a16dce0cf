-- Sign in with this platform: what apps were let do, the tokens they hold, and jobs elsewhere that may write to one repository.

alter table accounts.oauth_apps
  -- Shown when somebody is asked; empty shows the client id.
  add column name text not null default '',
  add column homepage text,
  -- Who brought the app in: this software, an administrator's manifest, a person, or the app itself over the network.
  add column origin text not null default 'manifest' check (origin in ('built_in', 'manifest', 'person', 'registered')),
  -- Whose app it is; only of apps made by a person.
  add column owner_id text references accounts.accounts (id) on update cascade;
create index oauth_apps_owner on accounts.oauth_apps (owner_id) where owner_id is not null;

-- `hf auth login` of the Hub's command line names this id and no other; it has no secret and no address to go back to.
insert into accounts.oauth_apps
  (id, client_id, secret_hash, is_public, redirect_uris, scopes, auto_approve, created_at, updated_at, name, origin)
values ('000000000000000000000001', '26be6b09-91c5-47da-9861-d2d2bb7a7e36', null, true, '{}',
  '{openid,profile,email,read-repos,gated-repos,write-repos,manage-repos,read-collections,write-collections,inference-api,read-endpoints,write-endpoints,jobs,webhooks,write-discussions,read-billing,read-memberships}',
  false, '2026-01-01', '2026-01-01', 'Command line (hf auth login)', 'built_in');

-- What a person let an app do; one row per person and app.
create table accounts.oauth_grants (
  id text primary key,
  app_id text not null references accounts.oauth_apps (id) on delete cascade,
  user_id text not null references accounts.accounts (id) on update cascade,
  scopes text[] not null,
  -- Organisations whose things the app may touch besides the person's own: all of the person's, or those named.
  all_orgs boolean not null,
  org_ids text[] not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (app_id, user_id)
);
create index oauth_grants_user on accounts.oauth_grants (user_id);

create table accounts.oauth_codes (
  id text primary key,
  -- SHA-256 of the code, hex.
  secret_hash text not null unique,
  grant_id text not null references accounts.oauth_grants (id) on delete cascade,
  -- What the tokens of this code will carry: a code used twice ends them.
  family_id text not null,
  redirect_uri text not null,
  scopes text[] not null,
  nonce text,
  -- PKCE S256; null only for apps with a secret.
  code_challenge text,
  -- When the person had signed in.
  auth_at timestamptz not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index oauth_codes_expiry on accounts.oauth_codes (expires_at);
create index oauth_codes_grant on accounts.oauth_codes (grant_id);

create table accounts.oauth_device_requests (
  id text primary key,
  -- SHA-256 of the device code, hex.
  device_hash text not null unique,
  -- What a person types: eight letters without the hyphen. Guessing is slowed down, and it lives for minutes.
  user_code text not null unique,
  app_id text not null references accounts.oauth_apps (id) on delete cascade,
  scopes text[] not null,
  state text not null check (state in ('pending', 'approved', 'denied', 'used')),
  grant_id text references accounts.oauth_grants (id) on delete cascade,
  auth_at timestamptz,
  address_prefix text not null,
  user_agent text not null,
  interval_s integer not null,
  last_polled_at timestamptz,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index oauth_device_requests_expiry on accounts.oauth_device_requests (expires_at);
create index oauth_device_requests_grant on accounts.oauth_device_requests (grant_id);

-- Private keys are sealed with the instance key, which is outside of the database.
create table accounts.oauth_keys (
  generation integer primary key,
  kid text not null unique,
  public_jwk jsonb not null,
  private_sealed text not null,
  created_at timestamptz not null,
  -- A new key is shown before it signs, so that nobody meets a signature of a key they could not know.
  active_from timestamptz not null
);

-- Issuers of identity tokens of build jobs that this platform believes. Only their keys are ever fetched.
create table accounts.token_issuers (
  id text primary key,
  issuer text not null unique,
  kind text not null check (kind in ('github', 'gitlab', 'other')),
  -- Where the keys are; null asks the issuer's own discovery document.
  jwks_url text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- A build job whose identity has these claims gets a short token for one repository, as the person who said so.
create table accounts.trusted_publishers (
  id text primary key,
  issuer_id text not null references accounts.token_issuers (id) on delete cascade,
  -- The user or organisation whose repository it is.
  account_id text not null references accounts.accounts (id) on update cascade,
  -- `user` gives reading of gated repositories and nothing else.
  target_type text not null check (target_type in ('model', 'dataset', 'space', 'kernel', 'user')),
  -- `acme/tiny-llama`, or the user's name.
  target_name text not null,
  claims jsonb not null,
  user_id text not null references accounts.accounts (id) on update cascade,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index trusted_publishers_target on accounts.trusted_publishers (target_type, lower(target_name));
create index trusted_publishers_account on accounts.trusted_publishers (account_id);
create index trusted_publishers_user on accounts.trusted_publishers (user_id);
create index trusted_publishers_issuer on accounts.trusted_publishers (issuer_id);

-- Access and refresh tokens of apps, and access tokens of build jobs.
create table accounts.oauth_tokens (
  id text primary key,
  kind text not null check (kind in ('access', 'refresh')),
  grant_id text references accounts.oauth_grants (id) on delete cascade,
  publisher_id text references accounts.trusted_publishers (id) on delete cascade,
  user_id text not null references accounts.accounts (id) on update cascade,
  -- All tokens that came from one sign-in; a refresh token used twice ends them all.
  family_id text not null,
  -- SHA-256 of the secret, hex.
  secret_hash text not null unique,
  scopes text[] not null,
  auth_at timestamptz not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  -- Only of refresh tokens: each works once.
  used_at timestamptz,
  check ((grant_id is null) <> (publisher_id is null))
);
create index oauth_tokens_grant on accounts.oauth_tokens (grant_id);
create index oauth_tokens_publisher on accounts.oauth_tokens (publisher_id);
create index oauth_tokens_user on accounts.oauth_tokens (user_id);
create index oauth_tokens_family on accounts.oauth_tokens (family_id);
create index oauth_tokens_expiry on accounts.oauth_tokens (expires_at);
