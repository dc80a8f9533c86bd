# Makes the template unit hangtagd@.service, for several inboxes on one machine, from
# hangtagd.service. Only names differ: NAME.yaml, /var/lib/hangtag-NAME, /run/hangtag-NAME.
1i # Made from hangtagd.service by `make units`.
s|^Description=.*|& (%i)|
s|^\(Wants=.*@hangtag\)|\1-%i|
s,^\(State\|Runtime\)Directory=hangtag,&-%i,
s|^# /var/lib/hangtag|&-%i|
s|^# /run/hangtag|&-%i|
s|^# /etc/hangtag: hangtag.yaml|# /etc/hangtag: %i.yaml|
/^ExecStart=/{
i # As root: the folders that tmpfiles.d makes for hangtagd.service.
i ExecStartPre=+/bin/sh -c "sed s,/var/lib/hangtag,/var/lib/hangtag-%i, /usr/lib/tmpfiles.d/hangtag.conf | systemd-tmpfiles --create -"
s|$| --config /etc/hangtag/%i.yaml|
}
