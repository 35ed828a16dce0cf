-- How people prove who they are beyond a password.
create schema if not exists signin;

create table signin.passkeys (
  id text primary key,
  user_id text not null references accounts.accounts (id) on update cascade,
  -- Base64url, as the browser names it.
  credential_id text not null unique,
  -- COSE key, base64url.
  public_key text not null,
  -- Signatures the authenticator counted; one that goes back is a copy. Many do not count and stay at 0.
  counter bigint not null,
  transports text[] not null default '{}',
  is_synced boolean not null,
  name text not null,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index passkeys_user on signin.passkeys (user_id);

-- The authenticator app of a person; it counts once a first code was right.
create table signin.totp (
  user_id text primary key references accounts.accounts (id) on update cascade,
  sealed_secret text not null,
  created_at timestamptz not null,
  confirmed_at timestamptz,
  -- The time step of the last code that was taken: no code works twice.
  last_step bigint
);

create table signin.recovery_codes (
  id text primary key,
  user_id text not null references accounts.accounts (id) on update cascade,
  -- SHA-256 of the code with the user's id, hex.
  code_hash text not null,
  created_at timestamptz not null,
  used_at timestamptz
);
create index recovery_codes_user on signin.recovery_codes (user_id);

-- People whose first factor was right and whose second is awaited.
create table signin.half_sign_ins (
  id text primary key,
  user_id text not null references accounts.accounts (id) on update cascade,
  -- SHA-256 of the cookie, hex.
  secret_hash text not null unique,
  factors text[] not null,
  failures int not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index half_sign_ins_user on signin.half_sign_ins (user_id);

-- What passkeys are asked to sign; taken once.
create table signin.challenges (
  challenge text primary key,
  -- What it was made for: registering, signing in, a second factor, confirming; of whom, and in which session or half sign-in.
  purpose text not null check (purpose in ('register', 'sign_in', 'second', 'confirm')),
  user_id text references accounts.accounts (id) on update cascade,
  bound_to text,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index challenges_expiry on signin.challenges (expires_at);

comment on table signin.passkeys is 'subject=user_id; export=second factors; erase=delete';
comment on column signin.passkeys.id is 'class=none; purpose=sign-in';
comment on column signin.passkeys.user_id is 'class=personal; purpose=sign-in; basis=contract; retain=life of the account; erase=delete';
comment on column signin.passkeys.credential_id is 'class=personal; purpose=sign-in; basis=contract; retain=life of the account; erase=delete';
comment on column signin.passkeys.public_key is 'class=personal; purpose=sign-in; basis=contract; retain=life of the account; erase=delete';
comment on column signin.passkeys.counter is 'class=none; purpose=sign-in';
comment on column signin.passkeys.transports is 'class=none; purpose=sign-in';
comment on column signin.passkeys.is_synced is 'class=none; purpose=sign-in';
comment on column signin.passkeys.name is 'class=personal; purpose=sign-in; basis=contract; retain=life of the account; erase=delete';
comment on column signin.passkeys.created_at is 'class=personal; purpose=sign-in; basis=contract; retain=life of the account; erase=delete';
comment on column signin.passkeys.last_used_at is 'class=personal; purpose=sign-in; basis=legitimate interest (security); retain=life of the account; erase=delete';
comment on table signin.totp is 'subject=user_id; export=second factors; erase=delete';
comment on column signin.totp.user_id is 'class=personal; purpose=sign-in; basis=contract; retain=life of the account; erase=delete';
comment on column signin.totp.sealed_secret is 'class=secret; purpose=sign-in; basis=contract; retain=life of the account; erase=delete';
comment on column signin.totp.created_at is 'class=personal; purpose=sign-in; basis=contract; retain=life of the account; erase=delete';
comment on column signin.totp.confirmed_at is 'class=personal; purpose=sign-in; basis=contract; retain=life of the account; erase=delete';
comment on column signin.totp.last_step is 'class=personal; purpose=sign-in; basis=legitimate interest (security); retain=life of the account; erase=delete';
comment on table signin.recovery_codes is 'subject=user_id; erase=delete';
comment on column signin.recovery_codes.id is 'class=none; purpose=sign-in';
comment on column signin.recovery_codes.user_id is 'class=personal; purpose=sign-in; basis=contract; retain=life of the account; erase=delete';
comment on column signin.recovery_codes.code_hash is 'class=secret; purpose=sign-in; basis=contract; retain=life of the account; erase=delete';
comment on column signin.recovery_codes.created_at is 'class=personal; purpose=sign-in; basis=contract; retain=life of the account; erase=delete';
comment on column signin.recovery_codes.used_at is 'class=personal; purpose=sign-in; basis=legitimate interest (security); retain=life of the account; erase=delete';
comment on table signin.half_sign_ins is 'subject=user_id; erase=delete';
comment on column signin.half_sign_ins.id is 'class=none; purpose=sign-in';
comment on column signin.half_sign_ins.user_id is 'class=personal; purpose=sign-in; basis=legitimate interest (security); retain=10 min; erase=delete';
comment on column signin.half_sign_ins.secret_hash is 'class=secret; purpose=sign-in; basis=legitimate interest (security); retain=10 min; erase=delete';
comment on column signin.half_sign_ins.factors is 'class=none; purpose=sign-in';
comment on column signin.half_sign_ins.failures is 'class=none; purpose=sign-in';
comment on column signin.half_sign_ins.created_at is 'class=personal; purpose=sign-in; basis=legitimate interest (security); retain=10 min; erase=delete';
comment on column signin.half_sign_ins.expires_at is 'class=none; purpose=sign-in';
comment on table signin.challenges is 'subject=user_id; erase=delete';
comment on column signin.challenges.challenge is 'class=secret; purpose=sign-in; basis=legitimate interest (security); retain=10 min; erase=delete';
comment on column signin.challenges.purpose is 'class=none; purpose=sign-in';
comment on column signin.challenges.user_id is 'class=personal; purpose=sign-in; basis=legitimate interest (security); retain=10 min; erase=delete';
comment on column signin.challenges.bound_to is 'class=none; purpose=sign-in';
comment on column signin.challenges.created_at is 'class=none; purpose=sign-in';
comment on column signin.challenges.expires_at is 'class=none; purpose=sign-in';
