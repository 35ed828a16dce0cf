-- Git data stands before the repositories it is of. Comments, indexes and triggers move with the tables.
create schema git;
alter table repos.git_state set schema git;
alter table git.git_state rename to stores;
alter table repos.objects set schema git;
alter table repos.packs set schema git;
alter table repos.refs set schema git;
alter table repos.commits set schema git;
alter table repos.condemned_objects set schema git;
alter table repos.git_looks set schema git;
alter table git.git_looks rename to looks;

-- Every repository has a store, from its making to its deletion; git data goes with the store.
alter table git.stores drop constraint git_state_repo_id_fkey;
insert into git.stores (repo_id) select id from repos.repos on conflict do nothing;
alter table git.objects drop constraint objects_repo_id_fkey,
  add foreign key (repo_id) references git.stores (repo_id) on delete cascade;
alter table git.packs drop constraint packs_repo_id_fkey,
  add foreign key (repo_id) references git.stores (repo_id) on delete cascade;
alter table git.refs drop constraint refs_repo_id_fkey,
  add foreign key (repo_id) references git.stores (repo_id) on delete cascade;
alter table git.commits drop constraint commits_repo_id_fkey,
  add foreign key (repo_id) references git.stores (repo_id) on delete cascade;
alter table git.condemned_objects drop constraint condemned_objects_repo_id_fkey,
  add foreign key (repo_id) references git.stores (repo_id) on delete cascade;
alter table git.looks drop constraint git_looks_repo_id_fkey,
  add foreign key (repo_id) references git.stores (repo_id) on delete cascade;

-- Looks at large files that were sent and never committed are those of repositories.
create table repos.file_looks (
  repo_id text primary key references repos.repos (id) on delete cascade,
  version bigint not null,
  sent_before timestamptz not null
);
comment on column repos.file_looks.repo_id is 'class=none; purpose=storage';
comment on column repos.file_looks.version is 'class=none; purpose=storage; note=version of the git data at the last look';
comment on column repos.file_looks.sent_before is 'class=none; purpose=storage; note=files sent up to then were looked at';
insert into repos.file_looks (repo_id, version, sent_before)
  select repo_id, files_version, files_before from git.looks where files_version is not null and files_before is not null;
delete from git.looks where version = -1;
alter table git.looks drop column files_version, drop column files_before;
