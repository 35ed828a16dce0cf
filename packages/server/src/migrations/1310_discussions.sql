-- Discussions stand apart from the repositories they are about. Comments, indexes and references move with their tables.
create schema discussions;
alter table repos.discussions set schema discussions;
alter table repos.discussion_events set schema discussions;
