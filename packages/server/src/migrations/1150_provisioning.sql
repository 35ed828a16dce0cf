-- People and groups an organisation's identity provider adds and removes by SCIM, and what follows from groups.
create schema if not exists federation;

create table federation.provisioning_settings (
  org_id text primary key references accounts.accounts (id) on update cascade,
  default_role text not null check (default_role in ('no_access', 'read', 'contributor', 'write', 'admin')),
  updated_at timestamptz not null
);
comment on column federation.provisioning_settings.org_id is 'class=none; purpose=provisioning';
comment on column federation.provisioning_settings.default_role is 'class=none; purpose=provisioning';
comment on column federation.provisioning_settings.updated_at is 'class=none; purpose=provisioning';

create table federation.provisioning_credentials (
  id text primary key,
  org_id text not null references accounts.accounts (id) on update cascade,
  name text not null,
  secret_hash text not null unique,
  hint text not null,
  created_by text,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz
);
create index provisioning_credentials_org on federation.provisioning_credentials (org_id);
comment on column federation.provisioning_credentials.id is 'class=none; purpose=provisioning';
comment on column federation.provisioning_credentials.org_id is 'class=none; purpose=provisioning';
comment on column federation.provisioning_credentials.name is 'class=content; purpose=provisioning; basis=contract; retain=life of the account; erase=keep(it belongs to the organisation)';
comment on column federation.provisioning_credentials.secret_hash is 'class=secret; purpose=provisioning; basis=contract; retain=life of the account; erase=keep(of an identity provider and no person); note=SHA-256, hex';
comment on column federation.provisioning_credentials.hint is 'class=none; purpose=provisioning; note=last four characters of the secret';
comment on column federation.provisioning_credentials.created_by is 'class=personal; purpose=provisioning; basis=contract; retain=life of the account; erase=keep(an id that names nobody after erasure)';
comment on column federation.provisioning_credentials.created_at is 'class=none; purpose=provisioning';
comment on column federation.provisioning_credentials.expires_at is 'class=none; purpose=provisioning';
comment on column federation.provisioning_credentials.last_used_at is 'class=none; purpose=provisioning';

-- Accounts that were made for an organisation, which may suspend them.
create table federation.managed_accounts (
  user_id text primary key references accounts.accounts (id) on update cascade,
  org_id text not null references accounts.accounts (id) on update cascade,
  suspended_at timestamptz,
  created_at timestamptz not null
);
create index managed_accounts_org on federation.managed_accounts (org_id);
comment on table federation.managed_accounts is 'subject=user_id; export=memberships; erase=delete';
comment on column federation.managed_accounts.user_id is 'class=personal; purpose=managed accounts; basis=contract; retain=life of the account; erase=delete';
comment on column federation.managed_accounts.org_id is 'class=none; purpose=managed accounts';
comment on column federation.managed_accounts.suspended_at is 'class=none; purpose=managed accounts; note=when its organisation took it away, null while it did not';
comment on column federation.managed_accounts.created_at is 'class=none; purpose=managed accounts';

create table federation.provisioned_users (
  id text primary key,
  org_id text not null references accounts.accounts (id) on update cascade,
  user_id text not null references accounts.accounts (id) on update cascade,
  is_managed boolean not null,
  user_name text not null,
  external_id text,
  email text,
  active boolean not null,
  attributes jsonb not null,
  held jsonb,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index provisioned_users_name on federation.provisioned_users (org_id, lower(user_name));
create unique index provisioned_users_user on federation.provisioned_users (org_id, user_id);
create index provisioned_users_external on federation.provisioned_users (org_id, external_id);
create index provisioned_users_email on federation.provisioned_users (org_id, lower(email));
create index provisioned_users_account on federation.provisioned_users (user_id);
comment on table federation.provisioned_users is 'subject=user_id; export=memberships; erase=delete';
comment on column federation.provisioned_users.id is 'class=none; purpose=provisioning';
comment on column federation.provisioned_users.org_id is 'class=none; purpose=provisioning';
comment on column federation.provisioned_users.user_id is 'class=personal; purpose=provisioning; basis=contract; retain=life of the account; erase=delete';
comment on column federation.provisioned_users.is_managed is 'class=none; purpose=provisioning';
comment on column federation.provisioned_users.user_name is 'class=personal; purpose=provisioning; basis=contract; retain=life of the account; erase=delete';
comment on column federation.provisioned_users.external_id is 'class=personal; purpose=provisioning; basis=contract; retain=life of the account; erase=delete';
comment on column federation.provisioned_users.email is 'class=personal; purpose=provisioning; basis=contract; retain=life of the account; erase=delete';
comment on column federation.provisioned_users.active is 'class=none; purpose=provisioning';
comment on column federation.provisioned_users.attributes is 'type=Record<string, unknown>; class=personal; purpose=provisioning; basis=contract; retain=life of the account; erase=delete; note=what the identity provider said, by the names of RFC 7643';
comment on column federation.provisioned_users.held is 'type=unknown; class=none; purpose=provisioning; note=role and groups of a membership that is suspended';
comment on column federation.provisioned_users.version is 'class=none; purpose=provisioning';
comment on column federation.provisioned_users.created_at is 'class=none; purpose=provisioning';
comment on column federation.provisioned_users.updated_at is 'class=none; purpose=provisioning';

create table federation.provisioned_groups (
  id text primary key,
  org_id text not null references accounts.accounts (id) on update cascade,
  display_name text not null,
  external_id text,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index provisioned_groups_name on federation.provisioned_groups (org_id, lower(display_name));
create index provisioned_groups_external on federation.provisioned_groups (org_id, external_id);
comment on column federation.provisioned_groups.id is 'class=none; purpose=provisioning';
comment on column federation.provisioned_groups.org_id is 'class=none; purpose=provisioning';
comment on column federation.provisioned_groups.display_name is 'class=content; purpose=provisioning; basis=contract; retain=life of the account; erase=keep(it belongs to the organisation)';
comment on column federation.provisioned_groups.external_id is 'class=none; purpose=provisioning';
comment on column federation.provisioned_groups.version is 'class=none; purpose=provisioning';
comment on column federation.provisioned_groups.created_at is 'class=none; purpose=provisioning';
comment on column federation.provisioned_groups.updated_at is 'class=none; purpose=provisioning';

create table federation.provisioned_group_members (
  group_id text not null references federation.provisioned_groups (id) on delete cascade,
  member_id text not null references federation.provisioned_users (id) on delete cascade,
  created_at timestamptz not null,
  primary key (group_id, member_id)
);
create index provisioned_group_members_member on federation.provisioned_group_members (member_id);
comment on table federation.provisioned_group_members is 'erase=cascade; note=goes with the provisioned user';
comment on column federation.provisioned_group_members.group_id is 'class=none; purpose=provisioning';
comment on column federation.provisioned_group_members.member_id is 'class=none; purpose=provisioning';
comment on column federation.provisioned_group_members.created_at is 'class=none; purpose=provisioning';

-- What follows from being in a group elsewhere.
create table federation.group_mappings (
  id text primary key,
  org_id text not null references accounts.accounts (id) on update cascade,
  group_name text not null,
  resource_group_id text references accounts.resource_groups (id) on delete cascade,
  role text not null check (role in ('no_access', 'read', 'contributor', 'write', 'admin'))
);
create unique index group_mappings_one on federation.group_mappings (org_id, lower(group_name), coalesce(resource_group_id, ''));
comment on column federation.group_mappings.id is 'class=none; purpose=provisioning';
comment on column federation.group_mappings.org_id is 'class=none; purpose=provisioning';
comment on column federation.group_mappings.group_name is 'class=content; purpose=provisioning; basis=contract; retain=life of the account; erase=keep(it belongs to the organisation)';
comment on column federation.group_mappings.resource_group_id is 'class=none; purpose=provisioning; note=null: the role is one in the organisation';
comment on column federation.group_mappings.role is 'class=none; purpose=provisioning';

-- What somebody was given because of groups elsewhere, so that nothing else is taken away when they leave them.
create table federation.group_grants (
  user_id text not null references accounts.accounts (id) on update cascade,
  source text not null,
  kind text not null check (kind in ('role', 'group', 'duty')),
  target_id text not null,
  org_id text,
  value text not null,
  primary key (user_id, source, kind, target_id, value)
);
comment on table federation.group_grants is 'subject=user_id; export=memberships; erase=delete';
comment on column federation.group_grants.user_id is 'class=personal; purpose=what follows from groups elsewhere; basis=contract; retain=life of the account; erase=delete';
comment on column federation.group_grants.source is 'class=none; purpose=what follows from groups elsewhere; note=scim and the organisation, or ldap and the connection';
comment on column federation.group_grants.kind is 'class=none; purpose=what follows from groups elsewhere';
comment on column federation.group_grants.target_id is 'class=none; purpose=what follows from groups elsewhere; note=organisation or resource group, empty for a duty of the platform';
comment on column federation.group_grants.org_id is 'class=none; purpose=what follows from groups elsewhere';
comment on column federation.group_grants.value is 'class=none; purpose=what follows from groups elsewhere; note=role or duty that was given';

create table federation.provisioning_activity (
  id text primary key,
  org_id text not null references accounts.accounts (id) on update cascade,
  user_id text,
  at timestamptz not null,
  method text not null,
  subject text not null,
  status integer not null,
  detail text not null
);
create index provisioning_activity_org on federation.provisioning_activity (org_id, at);
comment on table federation.provisioning_activity is 'subject=user_id; export=memberships; erase=delete';
comment on column federation.provisioning_activity.id is 'class=none; purpose=log of provisioning';
comment on column federation.provisioning_activity.org_id is 'class=none; purpose=log of provisioning';
comment on column federation.provisioning_activity.user_id is 'class=personal; purpose=log of provisioning; basis=legitimate interest (operation); retain=30 d; erase=delete';
comment on column federation.provisioning_activity.at is 'class=none; purpose=log of provisioning';
comment on column federation.provisioning_activity.method is 'class=none; purpose=log of provisioning';
comment on column federation.provisioning_activity.subject is 'class=personal; purpose=log of provisioning; basis=legitimate interest (operation); retain=30 d; erase=delete';
comment on column federation.provisioning_activity.status is 'class=none; purpose=log of provisioning';
comment on column federation.provisioning_activity.detail is 'class=personal; purpose=log of provisioning; basis=legitimate interest (operation); retain=30 d; erase=delete';
