-- The catalogue's copy of the group, for the condition that lists share with the decision.
alter table catalog.entries add column resource_group_id text;
create index entries_resource_group on catalog.entries (resource_group_id) where resource_group_id is not null;
