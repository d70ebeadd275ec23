# SPDX-License-Identifier: GPL-2.0-only
find_package(Threads REQUIRED)
ecbpf_component(NAME xdp_sampler SLOT 1 LIBRARIES m Threads::Threads)
