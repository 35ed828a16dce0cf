comment on table accounts.oauth_codes is 'erase=cascade; note=goes with its grant';
comment on table accounts.oauth_device_requests is 'erase=cascade; note=goes with its grant, or after a day';
