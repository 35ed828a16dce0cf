create schema accounts;

-- Users and organisations share one id space and one name space: a name is the first segment of every address.
create table accounts.accounts (
  id text primary key,
  kind text not null check (kind in ('user', 'org')),
  name text not null,
  fullname text not null,
  -- Path or URL of a picture; null shows the generated one.
  avatar_url text,
  website text,
  details text,
  plan text not null default 'free',
  billing_mode text not null default 'prepaid' check (billing_mode in ('prepaid', 'postpaid')),
  default_private boolean not null default false,
  -- A removed account keeps its name, so that nobody can take over its addresses.
  state text not null default 'active' check (state in ('active', 'suspended', 'removed')),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index accounts_name on accounts.accounts (lower(name));

create table accounts.users (
  account_id text primary key references accounts.accounts (id) on update cascade,
  email text,
  email_verified_at timestamptz,
  is_admin boolean not null default false
);
-- Only a verified address is unique: refusing an unverified one would tell strangers who has an account.
create unique index users_verified_email on accounts.users (lower(email)) where email_verified_at is not null;
create index users_email on accounts.users (lower(email));

create table accounts.memberships (
  org_id text not null references accounts.accounts (id) on update cascade,
  user_id text not null references accounts.accounts (id) on update cascade,
  role text not null check (role in ('read', 'contributor', 'write', 'admin')),
  created_at timestamptz not null,
  primary key (org_id, user_id)
);
create index memberships_user on accounts.memberships (user_id);

create table accounts.passwords (
  user_id text primary key references accounts.accounts (id) on update cascade,
  -- Argon2id in its PHC string form.
  hash text not null,
  updated_at timestamptz not null
);

create table accounts.sessions (
  id text primary key,
  user_id text not null references accounts.accounts (id) on update cascade,
  -- SHA-256 of the cookie value, hex.
  secret_hash text not null unique,
  user_agent text not null,
  address_prefix text not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  -- The absolute end; being idle ends a session sooner.
  expires_at timestamptz not null
);
create index sessions_user on accounts.sessions (user_id);

create table accounts.access_tokens (
  id text primary key,
  user_id text not null references accounts.accounts (id) on update cascade,
  name text not null,
  role text not null check (role in ('read', 'write', 'fineGrained')),
  scopes jsonb not null default '[]',
  -- SHA-256 of the secret, hex.
  secret_hash text not null unique,
  -- Last four characters of the secret, to tell tokens apart.
  hint text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz
);
create unique index access_tokens_name on accounts.access_tokens (user_id, lower(name));
comment on column accounts.access_tokens.scopes is 'TokenScope[]';

create table accounts.one_time_links (
  id text primary key,
  -- SHA-256 of the secret in the link, hex.
  secret_hash text not null unique,
  purpose text not null check (purpose in ('first_admin', 'set_password')),
  -- Whose password the link sets; null for the first admin, who does not exist yet.
  user_id text references accounts.accounts (id) on update cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table accounts.oauth_apps (
  id text primary key,
  client_id text not null unique,
  -- SHA-256 of the client secret, hex; null for an app without one.
  secret_hash text,
  is_public boolean not null,
  redirect_uris text[] not null,
  scopes text[] not null,
  auto_approve boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table accounts.settings (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null
);
comment on column accounts.settings.value is 'unknown';
