-- What the columns of resource groups hold, for the privacy register.
comment on column repos.repos.resource_group_id is 'class=none; purpose=permissions';
comment on column repos.buckets.resource_group_id is 'class=none; purpose=permissions';
