-- Buckets: files by path, without history; their bytes lie in the Xet store.
create table repos.buckets (
  id text primary key,
  account_id text not null,
  namespace text not null,
  name text not null,
  visibility text not null check (visibility in ('public', 'private')),
  size_bytes bigint not null default 0,
  file_count bigint not null default 0,
  change_seq bigint not null default 0,
  created_by text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
comment on column repos.buckets.size_bytes is 'sum of size_bytes over its files, kept by every batch';
comment on column repos.buckets.change_seq is 'number of the latest row in repos.bucket_changes';
create unique index buckets_full_name on repos.buckets ((lower(namespace)), (lower(name)));
create index buckets_account on repos.buckets (account_id, id);

-- Old full names that still lead to a bucket.
create table repos.bucket_redirects (
  full_name text primary key,
  bucket_id text not null references repos.buckets (id) on delete cascade,
  created_at timestamptz not null
);
comment on column repos.bucket_redirects.full_name is 'lower(namespace/name)';
create index bucket_redirects_bucket on repos.bucket_redirects (bucket_id);

-- Paths compare by their bytes, so that a prefix is one range of the key.
create table repos.bucket_files (
  bucket_id text not null references repos.buckets (id) on delete cascade,
  path text collate "C" not null,
  xet_hash text not null,
  size_bytes bigint not null,
  content_type text,
  mtime timestamptz,
  uploaded_at timestamptz not null,
  primary key (bucket_id, path)
);
comment on column repos.bucket_files.xet_hash is 'repos.xet_files.hash; zeros for an empty file, which has no bytes';
create index bucket_files_hash on repos.bucket_files (bucket_id, xet_hash);

-- Files sent with a token of the bucket and verified, before a batch names them; dropped after a day.
create table repos.bucket_uploads (
  bucket_id text not null references repos.buckets (id) on delete cascade,
  xet_hash text not null references repos.xet_files (hash),
  registered_at timestamptz not null,
  primary key (bucket_id, xet_hash)
);
create index bucket_uploads_registered on repos.bucket_uploads (registered_at);

-- What each batch changed, for followers that come back; kept for a day.
create table repos.bucket_changes (
  bucket_id text not null references repos.buckets (id) on delete cascade,
  seq bigint not null,
  changes jsonb not null,
  created_at timestamptz not null,
  primary key (bucket_id, seq)
);
comment on column repos.bucket_changes.changes is 'BucketChange[]';
create index bucket_changes_created on repos.bucket_changes (created_at);
