-- What accounts may store, and what their repositories do: kept by triggers, so that it is true in every transaction.
create table repos.quotas (
  subject text primary key,
  public_bytes bigint,
  private_bytes bigint,
  max_repos bigint
);
comment on column repos.quotas.subject is 'class=none; purpose=quotas; note=an account id, plan:<plan>, or * for everybody';
comment on column repos.quotas.public_bytes is 'class=none; purpose=quotas; note=null says nothing, -1 is no limit';
comment on column repos.quotas.private_bytes is 'class=none; purpose=quotas; note=null says nothing, -1 is no limit';
comment on column repos.quotas.max_repos is 'class=none; purpose=quotas; note=repositories and buckets together, null says nothing, -1 is no limit';

create table repos.repo_bytes (
  repo_id text primary key references repos.repos (id) on delete cascade,
  git_bytes bigint not null default 0,
  large_bytes bigint not null default 0
);
comment on column repos.repo_bytes.repo_id is 'class=none; purpose=quotas';
comment on column repos.repo_bytes.git_bytes is 'class=none; purpose=quotas; note=inline objects, packs and their indexes';
comment on column repos.repo_bytes.large_bytes is 'class=none; purpose=quotas; note=large files at their full size';

create function repos.add_object_bytes() returns trigger language plpgsql as $$
begin
  insert into repos.repo_bytes as kept (repo_id, git_bytes)
    select repo_id, sum(length(data)) from changed group by repo_id
    on conflict (repo_id) do update set git_bytes = kept.git_bytes + excluded.git_bytes;
  return null;
end $$;
create function repos.take_object_bytes() returns trigger language plpgsql as $$
begin
  update repos.repo_bytes kept set git_bytes = kept.git_bytes - gone.bytes
    from (select repo_id, sum(length(data)) as bytes from changed group by repo_id) gone
    where kept.repo_id = gone.repo_id;
  return null;
end $$;
create trigger add_bytes after insert on repos.objects
  referencing new table as changed for each statement execute function repos.add_object_bytes();
create trigger take_bytes after delete on repos.objects
  referencing old table as changed for each statement execute function repos.take_object_bytes();

create function repos.add_pack_bytes() returns trigger language plpgsql as $$
begin
  insert into repos.repo_bytes as kept (repo_id, git_bytes)
    select repo_id, sum(size_bytes + index_bytes) from changed group by repo_id
    on conflict (repo_id) do update set git_bytes = kept.git_bytes + excluded.git_bytes;
  return null;
end $$;
create function repos.take_pack_bytes() returns trigger language plpgsql as $$
begin
  update repos.repo_bytes kept set git_bytes = kept.git_bytes - gone.bytes
    from (select repo_id, sum(size_bytes + index_bytes) as bytes from changed group by repo_id) gone
    where kept.repo_id = gone.repo_id;
  return null;
end $$;
create trigger add_bytes after insert on repos.packs
  referencing new table as changed for each statement execute function repos.add_pack_bytes();
create trigger take_bytes after delete on repos.packs
  referencing old table as changed for each statement execute function repos.take_pack_bytes();

create function repos.add_large_bytes() returns trigger language plpgsql as $$
begin
  insert into repos.repo_bytes as kept (repo_id, large_bytes)
    select c.repo_id, sum(l.size_bytes) from changed c join repos.lfs_objects l on l.oid = c.oid group by c.repo_id
    on conflict (repo_id) do update set large_bytes = kept.large_bytes + excluded.large_bytes;
  return null;
end $$;
create function repos.take_large_bytes() returns trigger language plpgsql as $$
begin
  update repos.repo_bytes kept set large_bytes = kept.large_bytes - gone.bytes
    from (select c.repo_id, sum(l.size_bytes) as bytes from changed c join repos.lfs_objects l on l.oid = c.oid
          group by c.repo_id) gone
    where kept.repo_id = gone.repo_id;
  return null;
end $$;
create trigger add_bytes after insert on repos.repo_lfs_objects
  referencing new table as changed for each statement execute function repos.add_large_bytes();
create trigger take_bytes after delete on repos.repo_lfs_objects
  referencing old table as changed for each statement execute function repos.take_large_bytes();

insert into repos.repo_bytes (repo_id, git_bytes, large_bytes)
  select r.id,
    coalesce((select sum(length(o.data)) from repos.objects o where o.repo_id = r.id), 0)
      + coalesce((select sum(p.size_bytes + p.index_bytes) from repos.packs p where p.repo_id = r.id), 0),
    coalesce((select sum(l.size_bytes) from repos.repo_lfs_objects m join repos.lfs_objects l on l.oid = m.oid
              where m.repo_id = r.id), 0)
  from repos.repos r;
