-- What the tables of permissions hold, for the privacy register; where somebody who looks through the eyes of another comes back to.
alter table accounts.sessions add column impersonator_session_id text;
comment on column accounts.sessions.impersonator_session_id is 'class=none; purpose=impersonation';
comment on column accounts.sessions.impersonator_id is 'class=personal; purpose=impersonation; basis=contract; retain=life of the account; erase=delete';
comment on column accounts.sessions.impersonation_reason is 'class=content; purpose=impersonation; basis=legitimate interest (security); retain=life of the session; erase=delete';
comment on column accounts.accounts.verified_at is 'class=none; purpose=permissions';
comment on column accounts.accounts.suspended_reason is 'class=personal; purpose=suspension; basis=legal duty and legitimate interest (security); retain=life of the account; erase=null';
comment on column accounts.memberships.duties is 'class=none; purpose=permissions';

comment on column accounts.resource_groups.id is 'class=none; purpose=permissions';
comment on column accounts.resource_groups.org_id is 'class=none; purpose=permissions';
comment on column accounts.resource_groups.name is 'class=content; purpose=permissions; basis=contract; retain=life of the account; erase=keep(it belongs to the organisation)';
comment on column accounts.resource_groups.description is 'class=content; purpose=permissions; basis=contract; retain=life of the account; erase=keep(it belongs to the organisation)';
comment on column accounts.resource_groups.auto_join_role is 'class=none; purpose=permissions';
comment on column accounts.resource_groups.auto_join_scope is 'class=none; purpose=permissions';
comment on column accounts.resource_groups.created_at is 'class=none; purpose=permissions';
comment on column accounts.resource_groups.updated_at is 'class=none; purpose=permissions';

comment on table accounts.resource_group_members is 'subject=user_id; export=memberships; erase=delete';
comment on column accounts.resource_group_members.group_id is 'class=none; purpose=permissions';
comment on column accounts.resource_group_members.user_id is 'class=personal; purpose=permissions; basis=contract; retain=life of the account; erase=delete';
comment on column accounts.resource_group_members.role is 'class=none; purpose=permissions';
comment on column accounts.resource_group_members.added_by is 'class=personal; purpose=permissions; basis=contract; retain=life of the membership; erase=keep(an id that names nobody after erasure)';
comment on column accounts.resource_group_members.created_at is 'class=none; purpose=permissions';

comment on column accounts.service_accounts.account_id is 'class=none; purpose=permissions';
comment on column accounts.service_accounts.org_id is 'class=none; purpose=permissions';
comment on column accounts.service_accounts.created_by is 'class=personal; purpose=permissions; basis=contract; retain=life of the service account; erase=keep(an id that names nobody after erasure)';
comment on column accounts.service_accounts.created_at is 'class=none; purpose=permissions';

comment on table accounts.platform_duties is 'subject=user_id; export=memberships; erase=delete';
comment on column accounts.platform_duties.user_id is 'class=personal; purpose=permissions; basis=contract; retain=life of the account; erase=delete';
comment on column accounts.platform_duties.duty is 'class=none; purpose=permissions';
comment on column accounts.platform_duties.granted_by is 'class=personal; purpose=permissions; basis=contract; retain=life of the duty; erase=keep(an id that names nobody after erasure)';
comment on column accounts.platform_duties.created_at is 'class=none; purpose=permissions';

comment on column accounts.break_glass.id is 'class=none; purpose=emergency access';
comment on column accounts.break_glass.user_id is 'class=personal; purpose=emergency access; basis=legal duty and legitimate interest (security); retain=400 d; erase=keep(the organisation keeps its record of who looked)';
comment on column accounts.break_glass.org_id is 'class=none; purpose=emergency access';
comment on column accounts.break_glass.reason is 'class=content; purpose=emergency access; basis=legal duty and legitimate interest (security); retain=400 d; erase=keep(the organisation keeps its record of why)';
comment on column accounts.break_glass.created_at is 'class=none; purpose=emergency access';
comment on column accounts.break_glass.expires_at is 'class=none; purpose=emergency access';
