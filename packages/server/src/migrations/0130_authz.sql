-- Who may do what: seats without access, duties beside roles, resource groups, service accounts, duties for the platform,
-- looking through somebody's eyes, opening in an emergency.

alter table accounts.accounts drop constraint accounts_kind_check;
alter table accounts.accounts add constraint accounts_kind_check check (kind in ('user', 'org', 'service'));
alter table accounts.accounts add column verified_at timestamptz;
-- Why an account is suspended, in words for whoever asks; null unless it is.
alter table accounts.accounts add column suspended_reason text;

alter table accounts.memberships drop constraint memberships_role_check;
alter table accounts.memberships add constraint memberships_role_check
  check (role in ('no_access', 'read', 'contributor', 'write', 'admin'));
alter table accounts.memberships add column duties text[] not null default '{}'
  check (duties <@ array['billing', 'auditor', 'moderator', 'dpo', 'reviewer']);

-- Parts of an organisation: what is private in one is for its members. A repository names its group itself.
create table accounts.resource_groups (
  id text primary key,
  org_id text not null references accounts.accounts (id) on update cascade,
  name text not null,
  description text,
  -- Role that members of the organisation get by themselves; null when they are added one by one.
  auto_join_role text check (auto_join_role in ('read', 'contributor', 'write', 'admin')),
  -- Whether every member joins by themselves, or those who may read the organisation.
  auto_join_scope text not null default 'all' check (auto_join_scope in ('all', 'read')),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index resource_groups_name on accounts.resource_groups (org_id, lower(name));

create table accounts.resource_group_members (
  group_id text not null references accounts.resource_groups (id) on delete cascade,
  user_id text not null references accounts.accounts (id) on update cascade,
  role text not null check (role in ('read', 'contributor', 'write', 'admin')),
  added_by text,
  created_at timestamptz not null,
  primary key (group_id, user_id)
);
create index resource_group_members_user on accounts.resource_group_members (user_id);

-- Accounts of machines: they belong to an organisation and have only access tokens.
create table accounts.service_accounts (
  account_id text primary key references accounts.accounts (id) on update cascade,
  org_id text not null references accounts.accounts (id) on update cascade,
  created_by text,
  created_at timestamptz not null
);
create index service_accounts_org on accounts.service_accounts (org_id);

-- What people do for the platform; `owner` stands in accounts.users.is_admin.
create table accounts.platform_duties (
  user_id text not null references accounts.accounts (id) on update cascade,
  duty text not null
    check (duty in ('operator', 'trust_lead', 'moderator', 'verifier', 'dpo', 'auditor', 'support')),
  granted_by text,
  created_at timestamptz not null,
  primary key (user_id, duty)
);

-- Organisations opened for reading in an emergency.
create table accounts.break_glass (
  id text primary key,
  user_id text not null references accounts.accounts (id) on update cascade,
  org_id text not null references accounts.accounts (id) on update cascade,
  reason text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index break_glass_user on accounts.break_glass (user_id, expires_at);
create index break_glass_org on accounts.break_glass (org_id, created_at);

-- A session in which an admin looks through the eyes of its user.
alter table accounts.sessions add column impersonator_id text references accounts.accounts (id) on update cascade;
alter table accounts.sessions add column impersonation_reason text;
