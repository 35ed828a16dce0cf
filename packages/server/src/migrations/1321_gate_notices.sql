-- Members of the owning organisation may be asked to pass the gate too, and owners are told of those who ask.
alter table repos.repos add column org_members_gated boolean not null default false;
comment on column repos.repos.org_members_gated is 'class=none; purpose=gated repositories; note=members who may not write ask like everybody else';

create table gates.notices (
  repo_id text primary key references repos.repos (id) on delete cascade,
  mode text not null check (mode in ('bulk', 'real-time')),
  email_sealed bytea
);
comment on column gates.notices.repo_id is 'class=none; purpose=gated repositories';
comment on column gates.notices.mode is 'class=none; purpose=gated repositories';
comment on column gates.notices.email_sealed is 'class=secret; purpose=gated repositories; basis=legitimate interest (telling the owner); retain=life of the repository; erase=keep(given by an owner and deleted with the repository)';

alter table gates.access_requests add column told_at timestamptz;
comment on column gates.access_requests.told_at is 'class=none; purpose=gated repositories; note=when a letter told the owner';
-- Those of before this are told of in no letter.
update gates.access_requests set told_at = requested_at;
create index access_requests_untold on gates.access_requests (requested_at) where told_at is null;
