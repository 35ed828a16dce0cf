-- People and groups that are kept elsewhere have a module of their own.
create schema directory;
alter table federation.provisioning_settings set schema directory;
alter table federation.provisioning_credentials set schema directory;
alter table federation.provisioned_users set schema directory;
alter table federation.provisioned_groups set schema directory;
alter table federation.provisioned_group_members set schema directory;
alter table federation.group_mappings set schema directory;
alter table federation.provisioning_activity set schema directory;

-- Directories (LDAP, Active Directory) whose people sign in here, and what follows from their groups.

create table directory.directories (
  id text primary key,
  name text not null,
  url text not null,
  security text not null check (security in ('ldaps', 'starttls', 'plain')),
  ca_pem text,
  bind_dn text,
  bind_password_sealed text,
  settings jsonb not null,
  mappings jsonb not null,
  is_enabled boolean not null,
  synced_at timestamptz,
  sync_result text,
  problem text,
  problem_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index directories_name on directory.directories (lower(name));
comment on column directory.directories.id is 'class=none; purpose=directories';
comment on column directory.directories.name is 'class=none; purpose=directories';
comment on column directory.directories.url is 'class=none; purpose=directories; note=ldap or ldaps address';
comment on column directory.directories.security is 'class=none; purpose=directories';
comment on column directory.directories.ca_pem is 'class=none; purpose=directories; note=certificates of authorities that are believed beside those of the system';
comment on column directory.directories.bind_dn is 'class=none; purpose=directories; note=account that looks people up, null without one';
comment on column directory.directories.bind_password_sealed is 'class=secret; purpose=directories; basis=contract; retain=life of the account; erase=keep(of a program and no person); note=sealed with the instance key';
comment on column directory.directories.settings is 'type=unknown; class=none; purpose=directories; note=where people and groups are, and which attributes say what';
comment on column directory.directories.mappings is 'type=unknown; class=none; purpose=directories; note=what follows from which group';
comment on column directory.directories.is_enabled is 'class=none; purpose=directories';
comment on column directory.directories.synced_at is 'class=none; purpose=directories';
comment on column directory.directories.sync_result is 'class=none; purpose=directories; note=counts of the last comparison, in words';
comment on column directory.directories.problem is 'class=none; purpose=directories; note=why the directory could not be asked, null when it could';
comment on column directory.directories.problem_at is 'class=none; purpose=directories';
comment on column directory.directories.created_at is 'class=none; purpose=directories';
comment on column directory.directories.updated_at is 'class=none; purpose=directories';

create table directory.directory_identities (
  directory_id text not null references directory.directories (id) on delete cascade,
  entry_id text not null,
  user_id text not null references accounts.accounts (id) on update cascade,
  dn text not null,
  login text not null,
  suspended_at timestamptz,
  seen_at timestamptz not null,
  created_at timestamptz not null,
  primary key (directory_id, entry_id)
);
create unique index directory_identities_user on directory.directory_identities (user_id);
comment on table directory.directory_identities is 'subject=user_id; export=memberships; erase=delete';
comment on column directory.directory_identities.directory_id is 'class=none; purpose=sign-in through a directory';
comment on column directory.directory_identities.entry_id is 'class=personal; purpose=sign-in through a directory; basis=contract; retain=life of the account; erase=delete; note=identifier that the directory gives and never changes';
comment on column directory.directory_identities.user_id is 'class=personal; purpose=sign-in through a directory; basis=contract; retain=life of the account; erase=delete';
comment on column directory.directory_identities.dn is 'class=personal; purpose=sign-in through a directory; basis=contract; retain=life of the account; erase=delete';
comment on column directory.directory_identities.login is 'class=personal; purpose=sign-in through a directory; basis=contract; retain=life of the account; erase=delete';
comment on column directory.directory_identities.suspended_at is 'class=none; purpose=sign-in through a directory; note=when the account was suspended because the directory no longer has it or disabled it';
comment on column directory.directory_identities.seen_at is 'class=none; purpose=sign-in through a directory; note=when the directory last had it';
comment on column directory.directory_identities.created_at is 'class=none; purpose=sign-in through a directory';
