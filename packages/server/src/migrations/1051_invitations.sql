-- Invitations to the platform (no organisation) and to organisations.
create table signin.invitations (
  id text primary key,
  batch_id text not null,
  org_id text references accounts.accounts (id) on update cascade,
  role text,
  groups jsonb not null default '[]',
  email_hash bytea,
  email_sealed bytea,
  name_sealed bytea,
  is_letter boolean not null,
  proves_address boolean not null,
  secret_hash text not null unique,
  max_uses integer not null,
  uses integer not null default 0,
  invited_by text references accounts.accounts (id) on update cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index invitations_place on signin.invitations (org_id, created_at);
create index invitations_email on signin.invitations (email_hash) where email_hash is not null;
create index invitations_inviter on signin.invitations (invited_by) where invited_by is not null;
comment on table signin.invitations is 'subject=invited_by; export=invitations; note=the address of whoever is invited is forgotten when they accept, and with the row 30 days after it ended';
comment on column signin.invitations.id is 'class=none; purpose=invitations';
comment on column signin.invitations.batch_id is 'class=none; purpose=invitations; note=invitations made together have one audit event';
comment on column signin.invitations.org_id is 'class=none; purpose=invitations; note=null is the platform';
comment on column signin.invitations.role is 'class=none; purpose=invitations';
comment on column signin.invitations.groups is 'class=none; purpose=invitations; type=InvitedGroup[]';
comment on column signin.invitations.email_hash is 'class=secret; purpose=invitations; basis=legitimate interest (invitation); retain=30 d after it ended; erase=keep(about somebody without an account)';
comment on column signin.invitations.email_sealed is 'class=secret; purpose=invitations; basis=legitimate interest (invitation); retain=30 d after it ended; erase=keep(about somebody without an account)';
comment on column signin.invitations.name_sealed is 'class=secret; purpose=invitations; basis=legitimate interest (invitation); retain=30 d after it ended; erase=keep(about somebody without an account)';
comment on column signin.invitations.is_letter is 'class=none; purpose=invitations';
comment on column signin.invitations.proves_address is 'class=none; purpose=invitations; note=nobody but the owner of the address has seen the link';
comment on column signin.invitations.secret_hash is 'class=secret; purpose=invitations; basis=legitimate interest (security); retain=30 d after it ended; erase=keep(a hash of random bytes)';
comment on column signin.invitations.max_uses is 'class=none; purpose=invitations';
comment on column signin.invitations.uses is 'class=none; purpose=invitations';
comment on column signin.invitations.invited_by is 'class=personal; purpose=invitations; basis=legitimate interest (security); retain=30 d after it ended; erase=null';
comment on column signin.invitations.created_at is 'class=none; purpose=invitations';
comment on column signin.invitations.expires_at is 'class=none; purpose=invitations';
comment on column signin.invitations.revoked_at is 'class=none; purpose=invitations';

create table signin.invitation_uses (
  invitation_id text not null references signin.invitations (id) on delete cascade,
  user_id text not null references accounts.accounts (id) on update cascade,
  used_at timestamptz not null,
  primary key (invitation_id, user_id)
);
create index invitation_uses_user on signin.invitation_uses (user_id);
comment on table signin.invitation_uses is 'subject=user_id; export=invitations; erase=delete';
comment on column signin.invitation_uses.invitation_id is 'class=none; purpose=invitations';
comment on column signin.invitation_uses.user_id is 'class=personal; purpose=invitations; basis=contract; retain=30 d after it ended; erase=delete';
comment on column signin.invitation_uses.used_at is 'class=personal; purpose=invitations; basis=contract; retain=30 d after it ended; erase=delete';
