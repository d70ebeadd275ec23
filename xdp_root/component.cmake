# SPDX-License-Identifier: GPL-2.0-only
ecbpf_component(NAME xdp_root BINARY xdp_root_loader ORDER 0
	SUMMARY "let several XDP programs share one network interface")
ecbpf_attach_unit(NAME ecbpf-root TOOL xdp_root_loader DESCRIPTION "ecbpf: chain of XDP programs"
	# Otherwise it looks at the file with --configured only.
	INSTANCE_OPTIONS "--config /etc/ecbpf/ecbpf.json")
