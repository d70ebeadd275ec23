// SPDX-License-Identifier: GPL-2.0-only
#include "offload_facts.h"

#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include "cleanup.h"
#include "hook_program.h"
#include "network_attributes.h"
#include "network_socket.h"
#include "parse_number.h"

static enum offload_switch read_switch(int socket_fd, const char *name, __u32 command, __u32 bits)
{
	struct ethtool_value value = { .cmd = command };
	struct ifreq request = { .ifr_data = (void *)&value };

	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(socket_fd, SIOCETHTOOL, &request))
		return OFFLOAD_SWITCH_UNKNOWN;
	return value.data & bits ? OFFLOAD_SWITCH_ON : OFFLOAD_SWITCH_OFF;
}

static void read_switches(struct offload_device_facts *facts)
{
	CLEANUP_CLOSE int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	facts->lro = read_switch(fd, facts->name, ETHTOOL_GFLAGS, ETH_FLAG_LRO);
	facts->rx_checksum = read_switch(fd, facts->name, ETHTOOL_GRXCSUM, UINT32_MAX);
	facts->tx_checksum = read_switch(fd, facts->name, ETHTOOL_GTXCSUM, UINT32_MAX);
	facts->gso = read_switch(fd, facts->name, ETHTOOL_GGSO, UINT32_MAX);
	facts->gro = read_switch(fd, facts->name, ETHTOOL_GGRO, UINT32_MAX);
}

static int read_rp_filter(const char *name)
{
	char path[96], text[16] = "";
	uint64_t value;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter", name);
	file = fopen(path, "re");
	if (!file)
		return -1;
	if (fgets(text, sizeof(text), file))
		text[strcspn(text, "\n")] = '\0';
	(void)fclose(file);
	return parse_number(text, 0, 2, &value) ? -1 : (int)value;
}

/* A list that the kernel's package comes with has the module that clsact is in. */
static bool list_has_module(const char *release, const char *list)
{
	char path[256], line[4096];
	bool found = false;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/lib/modules/%s/%s", release, list);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, "/sch_ingress.ko") != NULL;
	(void)fclose(file);
	return found;
}

static bool kernel_has_clsact(void)
{
	struct utsname kernel;

	if (access("/sys/module/sch_ingress", F_OK) == 0)
		return true;
	return uname(&kernel) == 0 && (list_has_module(kernel.release, "modules.builtin") ||
				       list_has_module(kernel.release, "modules.dep"));
}

struct qdisc_search {
	uint32_t ifindex;
	bool found;
};

static int find_ingress_qdisc(const struct nlmsghdr *message, void *context)
{
	const struct nlattr *attributes[TCA_MAX + 1];
	const struct tcmsg *tc = NLMSG_DATA(message);
	struct qdisc_search *search = context;

	network_attributes(message, sizeof(*tc), attributes, TCA_MAX + 1);
	if ((uint32_t)tc->tcm_ifindex == search->ifindex &&
	    network_text_is(attributes[TCA_KIND], "ingress"))
		search->found = true;
	return 1;
}

static bool has_ingress_qdisc(uint32_t ifindex)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg tc;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_GETQDISC,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
	};
	struct qdisc_search search = { .ifindex = ifindex };
	struct network_socket netlink = { 0 };

	if (network_socket_open(&netlink, NETLINK_ROUTE))
		return false;
	(void)network_ask(&netlink, &request.header, find_ingress_qdisc, &search);
	network_socket_close(&netlink);
	return search.found;
}

static enum offload_hook read_hook(uint32_t ifindex)
{
	int has_tcx = hook_program_has_tcx(ifindex);

	if (has_tcx < 0)
		return OFFLOAD_HOOK_UNKNOWN;
	if (has_tcx)
		return OFFLOAD_HOOK_TCX;
	if (has_ingress_qdisc(ifindex))
		return OFFLOAD_HOOK_INGRESS_QDISC;
	return kernel_has_clsact() ? OFFLOAD_HOOK_CLSACT : OFFLOAD_HOOK_NONE;
}

void offload_device_facts_read(struct offload_device_facts *ret_facts, const char *name)
{
	int own = read_rp_filter(name), all = read_rp_filter("all");
	struct problem problem = { 0 };

	*ret_facts = (struct offload_device_facts){ .rp_filter = own < 0 || own > all ? own : all };
	interface_real_name(name, ret_facts->name);
	if (offload_interface_find(name, &ret_facts->interface, &problem))
		(void)snprintf(ret_facts->problem, sizeof(ret_facts->problem), "%.*s",
			       (int)sizeof(ret_facts->problem) - 1, problem.text);
	else
		ret_facts->hook = read_hook(ret_facts->interface.ifindex);
	read_switches(ret_facts);
}
