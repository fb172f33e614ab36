#!/bin/sh
# Runs a command on a network that drops every packet, as a strict firewall does, and counts what
# it tried to send to another machine: code 3 if it tried. Needs user namespaces of Linux, and ip.
# usage: offline.sh COMMAND...
set -eu
if [ "${OFFLINE_INSIDE:-}" != yes ]; then
  OFFLINE_INSIDE=yes exec unshare --user --map-root-user --net sh "$0" "$@"
fi
unset OFFLINE_INSIDE
ip link set lo up
# A cable whose other end listens to nobody: packets leave, and no answer comes.
ip link add out type veth peer name nowhere
for name in out nowhere; do
  echo 1 >"/proc/sys/net/ipv6/conf/$name/disable_ipv6" || true
  ip link set "$name" arp off up
done
ip address add 192.0.2.2/24 dev out
ip route add default via 192.0.2.1 dev out
code=0
"$@" || code=$?
sent=$(awk '$1 == "out:" { print $11 }' /proc/net/dev)
if [ "$sent" -ne 0 ]; then
  echo "offline: $sent packets to other machines were dropped" >&2
  [ "$code" -ne 0 ] || code=3
fi
exit "$code"
