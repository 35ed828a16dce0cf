-- Privacy register of resource groups in the catalogue.
comment on column catalog.entries.resource_group_id is 'class=none; purpose=search and lists';
