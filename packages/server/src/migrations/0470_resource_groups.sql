-- The one resource group a repository or bucket is in.
alter table repos.repos add column resource_group_id text references accounts.resource_groups (id);
create index repos_resource_group on repos.repos (resource_group_id) where resource_group_id is not null;
alter table repos.buckets add column resource_group_id text references accounts.resource_groups (id);
create index buckets_resource_group on repos.buckets (resource_group_id) where resource_group_id is not null;
