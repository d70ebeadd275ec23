# SPDX-License-Identifier: GPL-2.0-only
find_package(Threads REQUIRED)
ecbpf_component(NAME xdp_sampler SLOT 1 LIBRARIES m Threads::Threads
	SUMMARY "show packets that XDP drops, transmits or redirects, and why")
ecbpf_attach_unit(NAME ecbpf-sampler TOOL xdp_sampler DESCRIPTION "ecbpf: packet sampler" RELOAD
	BINDS_TO ecbpf-root WANTS ecbpf-sampler-daemon.service INSTANCE_WANTS ecbpf-sampler-daemon@%i.service)
ecbpf_daemon_unit(NAME ecbpf-sampler-daemon TOOL xdp_sampler DESCRIPTION "ecbpf: reader of packet samples"
	BINDS_TO ecbpf-sampler COMMAND "--run --attached" INSTANCE_COMMAND "--run --interface %I" RELOAD
	CAPABILITIES CAP_BPF WRITABLE /sys/fs/bpf -/var/spool/ecbpf)
