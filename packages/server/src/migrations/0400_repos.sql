-- Repositories: names, git objects and refs, LFS objects.
-- Every byte of git data is either an inline row (repos.objects) or inside a pack in the blob store (repos.packs).
create schema repos;

create table repos.repos (
  id text primary key,
  type text not null check (type in ('model', 'dataset', 'space', 'kernel')),
  account_id text not null,
  namespace text not null,
  name text not null,
  visibility text not null default 'public' check (visibility in ('public', 'private', 'internal')),
  gated text not null default 'false' check (gated in ('false', 'auto', 'manual')),
  default_branch text not null default 'main',
  disabled boolean not null default false,
  created_by text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index repos_full_name on repos.repos (type, (lower(namespace)), (lower(name)));
create index repos_account on repos.repos (account_id);
create index repos_updated on repos.repos (updated_at desc, id);

-- Old full names that still lead to a repository after a rename or transfer.
create table repos.redirects (
  type text not null,
  full_name text not null,
  repo_id text not null references repos.repos (id) on delete cascade,
  created_at timestamptz not null,
  primary key (type, full_name)
);
comment on column repos.redirects.full_name is 'lower(namespace/name)';
create index redirects_repo on repos.redirects (repo_id);

-- Git objects of small commits and pushes: the zlib stream of the content, as a pack entry carries it.
create table repos.objects (
  repo_id text not null references repos.repos (id) on delete cascade,
  oid bytea not null,
  type smallint not null check (type between 1 and 4),
  size_bytes bigint not null,
  data bytea not null,
  primary key (repo_id, oid)
);
alter table repos.objects alter column data set storage external;
comment on column repos.objects.type is '1 commit, 2 tree, 3 blob, 4 tag (git pack entry types)';
comment on column repos.objects.size_bytes is 'size of the inflated content';

-- A received git pack, kept whole in the blob store together with its index (oid, type, size, place, delta base).
create table repos.packs (
  id text primary key,
  repo_id text not null references repos.repos (id) on delete cascade,
  pack_key text not null,
  index_key text not null,
  size_bytes bigint not null,
  index_bytes bigint not null,
  object_count integer not null,
  created_at timestamptz not null
);
create index packs_repo on repos.packs (repo_id, id);

create table repos.refs (
  repo_id text not null references repos.repos (id) on delete cascade,
  name text not null,
  oid bytea not null,
  peeled bytea,
  updated_at timestamptz not null,
  primary key (repo_id, name)
);
comment on column repos.refs.peeled is 'for an annotated tag: the object behind it';

-- The commit graph, so that a fetch walks history without opening objects.
create table repos.commits (
  repo_id text not null references repos.repos (id) on delete cascade,
  oid bytea not null,
  tree bytea not null,
  parents bytea[] not null,
  generation integer not null,
  committed_at timestamptz not null,
  primary key (repo_id, oid)
);
comment on column repos.commits.generation is '1 + the largest generation among the parents, 1 for a root';

-- LFS objects by sha256; which repositories may read one stands in repo_lfs_objects.
create table repos.lfs_objects (
  oid text primary key,
  size_bytes bigint not null,
  blob_key text not null,
  created_at timestamptz not null
);
comment on column repos.lfs_objects.oid is 'sha256, 64 lower-case hex';

create table repos.repo_lfs_objects (
  repo_id text not null references repos.repos (id) on delete cascade,
  oid text not null references repos.lfs_objects (oid),
  pushed_by text,
  pushed_at timestamptz not null,
  primary key (repo_id, oid)
);
create index repo_lfs_objects_oid on repos.repo_lfs_objects (oid);
