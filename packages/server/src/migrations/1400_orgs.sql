-- What organisations hold together and ask of credentials stands apart from accounts. Comments, indexes, references and triggers move
-- with the tables.
create schema orgs;
alter table accounts.resource_groups set schema orgs;
alter table accounts.resource_group_members set schema orgs;
alter table accounts.service_accounts set schema orgs;
alter table accounts.token_policies set schema orgs;
alter table accounts.token_decisions set schema orgs;
