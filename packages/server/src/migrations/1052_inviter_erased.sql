-- With the person who made them invitations go: nobody stands for them any more.
comment on table signin.invitations is 'subject=invited_by; export=invitations; erase=delete; note=the address of whoever is invited is forgotten when they accept, and with the row 30 days after it ended';
comment on column signin.invitations.email_hash is 'class=secret; purpose=invitations; basis=legitimate interest (invitation); retain=30 d after it ended; erase=delete';
comment on column signin.invitations.email_sealed is 'class=secret; purpose=invitations; basis=legitimate interest (invitation); retain=30 d after it ended; erase=delete';
comment on column signin.invitations.name_sealed is 'class=secret; purpose=invitations; basis=legitimate interest (invitation); retain=30 d after it ended; erase=delete';
comment on column signin.invitations.secret_hash is 'class=secret; purpose=invitations; basis=legitimate interest (security); retain=30 d after it ended; erase=delete';
comment on column signin.invitations.invited_by is 'class=personal; purpose=invitations; basis=legitimate interest (security); retain=30 d after it ended; erase=delete';
