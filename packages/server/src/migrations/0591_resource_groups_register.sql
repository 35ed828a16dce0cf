-- What the column of resource groups holds, for the privacy register.
comment on column catalog.entries.resource_group_id is 'class=none; purpose=permissions';
