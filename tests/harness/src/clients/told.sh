#!/bin/sh
# told.sh: the script of dhclient, udhcpc and dhcpcd. Puts the address on the interface, so that the
# client can renew by unicast, then prints what the client was told as one line. It touches nothing
# else of the system.
reason=${reason:-$1}
case $reason in
PREINIT | PREINIT6 | deconfig)
	ip link set "$interface" up
	;;
BOUND | RENEW | REBIND | REBOOT | bound | renew)
	# dhcpcd (it sets if_up) configures the interface itself.
	if [ -z "${if_up:-}" ]; then
		[ "${old_ip_address:-}" = "${new_ip_address:-}" ] ||
			ip -4 address flush dev "$interface" scope global
		ip -4 address replace "${new_ip_address:-$ip}/${new_subnet_mask:-$subnet}" dev "$interface"
	fi
	;;
BOUND6 | RENEW6 | REBIND6)
	[ -z "${new_ip6_address:-}" ] ||
		ip -6 address replace "$new_ip6_address/${new_ip6_prefixlen:-128}" dev "$interface" nodad
	;;
EXPIRE | FAIL | RELEASE | STOP)
	[ -n "${if_up:-}" ] || ip -4 address flush dev "$interface" scope global
	;;
EXPIRE6 | RELEASE6 | STOP6)
	[ -z "${old_ip6_address:-}" ] ||
		ip -6 address delete "$old_ip6_address/${old_ip6_prefixlen:-128}" dev "$interface"
	;;
esac
told=$(env | tr '\n' '\037')
echo "told:$told$(printf '\037')reason=$reason"
# Asked once, by a file, to find the address in use by somebody else.
if [ -n "${MURRE_DECLINE:-}" ] && [ -e "$MURRE_DECLINE" ]; then
	case $reason in
	BOUND) rm "$MURRE_DECLINE" && exit 1 ;;
	BOUND6) rm "$MURRE_DECLINE" && exit 3 ;;
	esac
fi
exit 0
