#!/bin/bash
# A user's session with a systemd of its own, in namespaces that end with this script:
# session.sh PROGRAM FOLDER PORT
set -u
program=$1 folder=$2 port=$3
mount --make-rprivate /
mount -t tmpfs tmpfs /run/systemd
mkdir -p /run/systemd/system /run/systemd/journal
export HOME=$folder/home XDG_RUNTIME_DIR=$folder/run MULTIACCOUNT_DIR=$folder/state
export DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/bus
unset XDG_CONFIG_HOME XDG_DATA_HOME NOTIFY_SOCKET
mkdir -p "$HOME" "$XDG_RUNTIME_DIR"
chmod 700 "$XDG_RUNTIME_DIR"
/lib/systemd/systemd --user >"$folder/systemd.log" 2>&1 &
for ((i = 0; i < 150; i++)); do
  systemctl --user show-environment >/dev/null 2>&1 && break
  sleep 0.1
done
systemctl --user show-environment >/dev/null 2>&1 || { echo "NO SYSTEMD"; exit 0; }

pid() { systemctl --user show -p MainPID --value multiaccount.service; }
# ask PORT: what the gateway answers, which waits for it where systemd has the socket.
ask() { curl -s -m 20 "http://127.0.0.1:$1/healthz"; }
# restarted PID: waits for another process than that.
restarted() { for ((i = 0; i < 200; i++)); do [[ $(pid) != "$1" && $(pid) != 0 ]] && return; sleep 0.1; done; }

"$program" service install -- --listen "127.0.0.1:$port" || exit 1
echo "token in the unit: $(grep -c mag_ "$HOME"/.config/systemd/user/multiaccount.service)"
"$program" service status >/dev/null && echo "status: runs"
echo "asked: $(ask "$port")"
echo "filters: $(grep -c '^Seccomp:.2' "/proc/$(pid)/status")"
first=$(pid)
"$program" service install -- --listen "127.0.0.1:$port" >/dev/null 2>&1
[[ $(pid) == "$first" ]] && echo "installed again: the same process"
kill -9 "$first"
restarted "$first"
echo "killed: $(ask "$port")"
systemctl --user stop multiaccount.service 2>/dev/null
echo "stopped: $(ask "$port")"
"$program" service install -- --listen "127.0.0.1:$((port + 1))" >/dev/null 2>&1
echo "moved: $(ask "$((port + 1))")"
ask "$port" >/dev/null || echo "moved: nobody listens where it was"
"$program" service uninstall
"$program" service status >/dev/null 2>&1 || echo "status: gone"
ask "$((port + 1))" >/dev/null || echo "uninstalled: nobody listens"
echo "left: $(find "$HOME"/.config/systemd -type f -o -type l | wc -l)"
