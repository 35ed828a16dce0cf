-- Links in letters: they verify an address, or let its owner set a new password. Once, for a while.
create table signin.mail_links (
  id text primary key,
  purpose text not null check (purpose in ('verify', 'reset')),
  user_id text not null references accounts.accounts (id) on update cascade,
  email_sealed bytea not null,
  secret_hash text not null unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index mail_links_user on signin.mail_links (user_id);
comment on table signin.mail_links is 'subject=user_id; erase=delete';
comment on column signin.mail_links.id is 'class=none; purpose=sign-in';
comment on column signin.mail_links.purpose is 'class=none; purpose=sign-in';
comment on column signin.mail_links.user_id is 'class=personal; purpose=sign-in; basis=contract; retain=30 d; erase=delete';
comment on column signin.mail_links.email_sealed is 'class=secret; purpose=sign-in; basis=contract; retain=30 d; erase=delete; note=the address it was written to';
comment on column signin.mail_links.secret_hash is 'class=secret; purpose=sign-in; basis=legitimate interest (security); retain=30 d; erase=delete';
comment on column signin.mail_links.created_at is 'class=personal; purpose=sign-in; basis=contract; retain=30 d; erase=delete';
comment on column signin.mail_links.expires_at is 'class=personal; purpose=sign-in; basis=contract; retain=30 d; erase=delete';
comment on column signin.mail_links.used_at is 'class=personal; purpose=sign-in; basis=contract; retain=30 d; erase=delete; note=also when it was replaced by another';
