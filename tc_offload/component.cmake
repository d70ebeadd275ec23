# SPDX-License-Identifier: GPL-2.0-only
ecbpf_component(NAME tc_offload LIBRARIES PkgConfig::LIBMNL
	SUMMARY "NAT of known UDP and TCP flows at tc, loopback included")
# Two sysctls of lo, if the configuration says so.
ecbpf_attach_unit(NAME ecbpf-offload TOOL tc_offload DESCRIPTION "ecbpf: NAT offload at tc" RELOAD
	WANTS ecbpf-offload-daemon.service INSTANCE_WANTS ecbpf-offload-daemon.service
	WRITABLE /sys/fs/bpf /proc/sys/net/ipv4/conf/lo)
ecbpf_daemon_unit(NAME ecbpf-offload-daemon TOOL tc_offload DESCRIPTION "ecbpf: follows routes of the offload"
	PART_OF ecbpf-offload COMMAND "--run" RELOAD CAPABILITIES CAP_BPF CAP_NET_ADMIN)
