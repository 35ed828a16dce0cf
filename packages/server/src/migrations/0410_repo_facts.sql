-- What the Hub API keeps of a repository beside its git data.
alter table repos.repos
  add column discussions_disabled boolean not null default false,
  add column sdk text;
comment on column repos.repos.sdk is 'of a space: gradio, streamlit, docker, static';

-- Numbered conversations of a repository; a pull request owns refs/pr/<num>.
create table repos.discussions (
  id text primary key,
  repo_id text not null references repos.repos (id) on delete cascade,
  num integer not null,
  title text not null,
  description text not null,
  status text not null check (status in ('draft', 'open', 'closed', 'merged')),
  is_pull_request boolean not null,
  base_ref text,
  author_id text not null,
  author_name text not null,
  created_at timestamptz not null,
  unique (repo_id, num)
);

-- A large file arriving in parts; the parts lie in the blob store until they are put together.
create table repos.lfs_uploads (
  id text primary key,
  repo_id text not null references repos.repos (id) on delete cascade,
  oid text not null,
  size_bytes bigint not null,
  part_bytes bigint not null,
  created_by text,
  created_at timestamptz not null
);
create index lfs_uploads_created on repos.lfs_uploads (created_at);

create table repos.lfs_locks (
  id text primary key,
  repo_id text not null references repos.repos (id) on delete cascade,
  path text not null,
  owner_id text not null,
  owner_name text not null,
  locked_at timestamptz not null,
  unique (repo_id, path)
);

-- Downloads as the honest counting header of clients reports them (hub-api-2x §2), summed per day.
create table repos.downloads (
  repo_id text not null references repos.repos (id) on delete cascade,
  day date not null,
  count bigint not null,
  primary key (repo_id, day)
);
