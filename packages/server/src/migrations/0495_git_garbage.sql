-- Git objects that no ref reaches, and large files that were sent and never committed.
-- The version grows with every write of git data, the epoch with every removal: a writer that looked in an older epoch looks
-- again. The row is made by the first write.
create table repos.git_state (
  repo_id text primary key references repos.repos (id) on delete cascade,
  version bigint not null default 0,
  epoch integer not null default 0
);
comment on column repos.git_state.repo_id is 'class=none; purpose=storage';
comment on column repos.git_state.version is 'class=none; purpose=storage; note=writes of git data so far';
comment on column repos.git_state.epoch is 'class=none; purpose=storage; note=removals of git data so far';

-- Objects that nothing reaches, and since when that is known.
create table repos.condemned_objects (
  repo_id text not null references repos.repos (id) on delete cascade,
  oid bytea not null,
  condemned_at timestamptz not null,
  primary key (repo_id, oid)
);
comment on column repos.condemned_objects.repo_id is 'class=none; purpose=storage';
comment on column repos.condemned_objects.oid is 'class=none; purpose=storage';
comment on column repos.condemned_objects.condemned_at is 'class=none; purpose=storage';

-- The version that the collector saw last: what has not changed since is not walked again.
create table repos.git_looks (
  repo_id text primary key references repos.repos (id) on delete cascade,
  version bigint not null,
  looked_at timestamptz not null,
  files_version bigint,
  files_before timestamptz
);
comment on column repos.git_looks.repo_id is 'class=none; purpose=storage';
comment on column repos.git_looks.version is 'class=none; purpose=storage';
comment on column repos.git_looks.looked_at is 'class=none; purpose=storage';
comment on column repos.git_looks.files_version is 'class=none; purpose=storage; note=version at the last look for large files that were never committed';
comment on column repos.git_looks.files_before is 'class=none; purpose=storage; note=files sent up to then were looked at';

-- When a client last heard that the repository holds a large file; it may commit it without sending it again.
alter table repos.repo_lfs_objects add column offered_at timestamptz;
comment on column repos.repo_lfs_objects.offered_at is 'class=none; purpose=large files';
