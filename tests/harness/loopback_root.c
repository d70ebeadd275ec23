// SPDX-License-Identifier: GPL-2.0-only
#include "loopback_root.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <linux/if_link.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "abi/pin_names.h"
#include "subprogram.h"

#define IFINDEX 1 /* of the loopback, always */

static char bpffs[] = "/tmp/loopback_root.XXXXXX";

static void pin_root(const struct run_program *root, struct chain *chain)
{
	struct ecbpf_chain_identity identity = { .abi_version = ECBPF_ABI_VERSION,
						 .ifindex = IFINDEX,
						 .mode = ECBPF_MODE_GENERIC };
	struct problem problem = { 0 };
	struct network_namespace here;
	char path[BPFFS_PATH_SIZE];
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_SKB_MODE);

	assert_int_equal(network_namespace_current(&here), 0);
	identity.netns_cookie = here.cookie;
	identity.netns_inode = here.inode;
	chain_init(chain, bpffs, LOOPBACK_ROOT_INTERFACE);
	/* chain_close() closes them, the object keeps its own. */
	for (int i = 0; i < CHAIN_MAP_COUNT; i++) {
		chain->map[i] = dup(run_map(root, chain_map_shapes[i].name));
		assert_true(chain->map[i] >= 0);
	}
	chain->link = bpf_link_create(bpf_program__fd(root->program), IFINDEX, BPF_XDP, &options);
	assert_true(chain->link >= 0);
	assert_int_equal(chain_write_identity(chain, &identity, &problem), 0);
	assert_int_equal(chain_pin_maps(chain, &problem), 0);
	bpffs_join(path, chain->pins, ECBPF_PIN_LINK);
	assert_int_equal(bpffs_pin(chain->link, path, &problem), 0);
}

void loopback_root_open(struct run_program *root, struct chain *chain)
{
	struct problem problem = { 0 };
	char base[BPFFS_PATH_SIZE];

	strcpy(strrchr(bpffs, '.'), ".XXXXXX");
	assert_non_null(mkdtemp(bpffs));
	assert_int_equal(unshare(CLONE_NEWNS | CLONE_NEWNET), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("bpf", bpffs, "bpf", 0, NULL), 0);
	bpffs_join(base, bpffs, ECBPF_PIN_BASE);
	assert_int_equal(bpffs_make_directory(base), 0);
	/* Both sides register libbpf's sections; the later one counts. */
	assert_int_equal(subprogram_register_sections(&problem), 0);
	assert_int_equal(run_open(root, NULL, ECBPF_OBJECT_DIR "/xdp_root.o", "xdp_root",
				  RUN_ALONE),
			 0);
	assert_int_equal(run_load(root), 0);
	pin_root(root, chain);
}

void loopback_root_close(struct run_program *root, struct chain *chain)
{
	chain_close(chain);
	run_close(root);
	assert_int_equal(umount(bpffs), 0);
	assert_int_equal(rmdir(bpffs), 0);
}

const char *loopback_root_bpffs(void)
{
	return bpffs;
}
