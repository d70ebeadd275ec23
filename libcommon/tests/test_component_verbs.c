// SPDX-License-Identifier: GPL-2.0-only
#include "component_verbs.h"

#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "abi/pin_names.h"
#include "capture.h"
#include "chain.h"
#include "config_section.h"
#include "harness/scratch_bpffs.h"
#include "log.h"
#include "scratch_chain.h"
#include "scratch_net.h"

static struct problem problem;
static char config[] = "/tmp/test_component_verbs_XXXXXX";
static unsigned int checks;

/* Its section may have "good" alone. */
static int check(const struct config_file *file, const struct config_value *section,
		 struct config_errors *errors, struct problem *problem_)
{
	static const char *const names[] = { "good", "interfaces", NULL };

	(void)file;
	assert_int_equal(section->kind, CONFIG_OBJECT);
	checks++;
	for (const struct config_value *member = section->first; member; member = member->next) {
		if (!strcmp(member->name, "unreadable"))
			return problem_set(problem_, -ENOMEM, "no memory");
		if (strcmp(member->name, "good") != 0 && strcmp(member->name, "interfaces") != 0)
			config_section_unknown(member, names, errors);
	}
	return 0;
}

static int metrics(struct metrics *all, const char *bpffs, struct problem *problem_)
{
	static const struct metric_family family = { .name = "ecbpf_thing_packets",
						     .kind = METRIC_COUNTER,
						     .help = "Things" };

	assert_string_equal(bpffs, scratch_bpffs());
	metrics_add(all, &family, 5, NULL);
	return problem_->text[0] ? -EIO : 0;
}

static const struct component thing = {
	.name = "thing",
	.tool = "thing_loader",
	.check = check,
	.metrics = metrics,
};
static const struct component root = { .name = "xdp_root", .check = check };

static void write_config(const char *content)
{
	FILE *stream = fopen(config, "w");

	assert_non_null(stream);
	fputs(content, stream);
	assert_int_equal(fclose(stream), 0);
	problem = (struct problem){ 0 };
	checks = 0;
}

/* What a verb prints, on both streams, the name of the file written as F. */
struct prints {
	char out[1024], err[1024];
};

static void shorten(char *text, char ret_text[1024])
{
	char *at;

	*ret_text = '\0';
	while ((at = strstr(text, config))) {
		*at = '\0';
		strcat(strcat(ret_text, text), "F");
		text = at + strlen(config);
	}
	strcat(ret_text, text);
}

static int printed(int (*verb)(const struct component *component, const char *path,
			       struct problem *problem_),
		   const struct component *component, const char *path, struct prints *ret_prints)
{
	struct capture out, err;
	struct problem copy;
	int result;

	capture_begin(&out, STDOUT_FILENO);
	capture_begin(&err, STDERR_FILENO);
	result = verb(component, path, &problem);
	fflush(stdout);
	capture_end(&err);
	capture_end(&out);
	shorten(out.text, ret_prints->out);
	shorten(err.text, ret_prints->err);
	free(out.text);
	free(err.text);
	copy = problem;
	shorten(copy.text, problem.text);
	return result;
}

static void assert_verb(int (*verb)(const struct component *component, const char *path,
				    struct problem *problem_),
			const struct component *component, int err, const char *out,
			const char *errors, const char *told)
{
	struct prints prints;

	assert_int_equal(printed(verb, component, config, &prints), err);
	assert_string_equal(prints.out, out);
	assert_string_equal(prints.err, errors);
	assert_string_equal(problem.text, told);
}

static void a_config_is_checked(void **state)
{
	(void)state;
	write_config("{ \"thing\": { \"good\": 1 } }");
	assert_verb(component_check_config, &thing, 0, "F: fine\n", "", "");
	assert_int_equal(checks, 1);
	write_config("{ \"interfaces\": \"lo\" }");
	assert_verb(component_check_config, &thing, 0,
		    "F: no section thing: not wanted on this host\n", "", "");
	assert_verb(component_check_config, &root, 0, "F: fine\n", "", "");
	write_config("{}");
	assert_verb(component_check_config, &root, 0,
		    "F: no \"interfaces\" and no section xdp_root: not wanted on this host\n", "",
		    "");
}

static void all_errors_are_told(void **state)
{
	(void)state;
	write_config("{ \"interfaces\": 5,\n\"thing\": { \"god\": 1,\n\"evil\": 2 } }");
	assert_verb(component_check_config, &thing, -EINVAL, "",
		    "t: F: line 1: interfaces: '5' is not a text in quotation marks\n"
		    "t: F: line 2: thing.god: no such setting; did you mean 'good'?\n"
		    "t: F: line 3: thing.evil: no such setting\n",
		    "F: 3 errors");
	write_config("{ \"thing\": 5 }");
	assert_verb(component_check_config, &thing, -EINVAL, "",
		    "t: F: line 1: thing: '5' is not an object {...}\n", "F: 1 error");
	assert_int_equal(checks, 0);
	/* Else the section would not be wanted, and nobody would know. */
	write_config("{ \"thimg\": {},\n\"xdp_fliter\": {}, \"xdp_filter\": {} }");
	assert_verb(component_check_config, &thing, -EINVAL, "",
		    "t: F: line 1: thimg: no such setting; did you mean 'thing'?\n"
		    "t: F: line 2: xdp_fliter: no such setting; did you mean 'xdp_filter'?\n",
		    "F: 2 errors");

	write_config("{ \"thing\": { \"unreadable\": 1 } }");
	assert_verb(component_check_config, &thing, -ENOMEM, "", "", "no memory");
	write_config("{ ");
	assert_verb(component_check_config, &thing, -EINVAL, "", "",
		    "F: line 1: a name in quotation marks expected, not the end of the file");
}

static void a_file_that_is_given_must_be_there(void **state)
{
	struct config_file *file = (void *)1;
	struct prints prints;

	(void)state;
	assert_int_equal(printed(component_check_config, &thing, "/no/such/file", &prints),
			 -ENOENT);
	assert_string_equal(problem.text, "/no/such/file: no such configuration file");
	if (access(CONFIG_FILE_STANDARD, F_OK) == 0)
		return;
	assert_int_equal(component_open_config(NULL, &file, &problem), 0);
	assert_null(file);
	assert_int_equal(component_open_config(CONFIG_FILE_STANDARD, &file, &problem), 0);
	assert_null(file);
	assert_int_equal(printed(component_check_config, &thing, NULL, &prints), 0);
	assert_string_equal(prints.out, CONFIG_FILE_STANDARD
			    ": no such file: nothing is wanted on this host\n");
	assert_int_equal(printed(component_wanted, &thing, NULL, &prints), -ENOENT);
	assert_string_equal(problem.text,
			    CONFIG_FILE_STANDARD ": no such file: nothing is wanted on this host");
}

static void whether_it_is_wanted(void **state)
{
	(void)state;
	write_config("{ \"thing\": {} }");
	assert_verb(component_wanted, &thing, 0, "F: thing is wanted\n", "", "");
	write_config("{ \"interfaces\": \"no_such0\" }");
	assert_verb(component_wanted, &root, 0, "F: xdp_root is wanted\n", "", "");
	assert_verb(component_wanted, &thing, -ENOENT, "", "",
		    "F: no section thing: not wanted on this host");
	/* The unit is to start and to say what is wrong. */
	write_config("{ \"thing\": { \"evil\": 1 } }");
	assert_verb(component_wanted, &thing, 0, "F: thing is wanted\n", "", "");
	write_config("[]");
	assert_int_equal(printed(component_wanted, &thing, config, &(struct prints){ 0 }), 0);
	assert_int_equal(printed(component_wanted, &thing, "/no/such/file", &(struct prints){ 0 }),
			 0);
}

/* For printed(): the list and the count are kept here. */
static struct interface_list found;
static unsigned int missing;

static int configured(const struct component *component, const char *path, struct problem *problem_)
{
	interface_list_free(&found);
	return component_configured(component, path, &found, &missing, problem_);
}

static void where_it_is_configured(void **state)
{
	(void)state;
	write_config("{ \"interfaces\": \"lo\", \"thing\": {} }");
	assert_verb(configured, &thing, 0, "", "", "");
	assert_int_equal(found.count, 1);
	assert_int_equal(missing, 0);
	write_config("{ \"thing\": { \"interfaces\": [\"no_such0\", \"lo\"] } }");
	assert_verb(configured, &thing, 0, "", "t: no_such0: no such interface\n", "");
	assert_int_equal(found.count, 1);
	assert_int_equal(missing, 1);
	/* Told once. */
	write_config("{ \"thing\": { \"interfaces\": \"no_such0\" } }");
	assert_verb(configured, &thing, 0, "", "", "");
	assert_int_equal(found.count, 0);
	assert_int_equal(missing, 1);
	write_config("{ \"thing\": { \"interfaces\": \"none*\" } }");
	assert_verb(configured, &thing, 0, "F: thing is wanted at no interface of this host\n", "",
		    "");
	write_config("{ \"interfaces\": \"lo\" }");
	assert_verb(configured, &thing, 0, "F: no section thing: not wanted on this host\n", "",
		    "");
	assert_int_equal(found.count, 0);
	/* Nothing is looked for before the whole is right. */
	write_config("{ \"interfaces\": \"no_such0\", \"thing\": { \"evil\": 1 } }");
	assert_verb(configured, &thing, -EINVAL, "", "t: F: line 1: thing.evil: no such setting\n",
		    "F: 1 error");
	interface_list_free(&found);
}

static int own_places(const struct config_file *file, bool *ret_wanted, struct interface_list *list,
		      unsigned int *ret_missing, struct problem *problem_)
{
	assert_non_null(config_file_content(file));
	*ret_wanted = true;
	*ret_missing = 3;
	return interface_list_add(list, "own0", problem_);
}

static void it_may_have_a_way_of_its_own(void **state)
{
	struct component own = thing;

	(void)state;
	own.interfaces = own_places;
	write_config("{ \"interfaces\": \"lo\" }");
	assert_verb(configured, &own, 0, "", "", "");
	assert_int_equal(found.count, 1);
	assert_string_equal(found.names[0], "own0");
	assert_int_equal(missing, 3);
	interface_list_free(&found);
}

static void a_list_excludes_others(void **state)
{
	(void)state;
	assert_int_equal(interface_list_add(&found, "lo", NULL), 0);
	assert_int_equal(component_configured(&thing, config, &found, &missing, &problem), -EINVAL);
	assert_string_equal(problem.text,
			    "--interface and --configured exclude each other: give one");
	assert_int_equal(component_attached(scratch_bpffs(), NULL, &found, &problem), -EINVAL);
	assert_string_equal(problem.text,
			    "--interface and --attached exclude each other: give one");
	interface_list_free(&found);
}

static void missing_ones_are_told_in_the_end(void **state)
{
	(void)state;
	problem = (struct problem){ 0 };
	assert_int_equal(component_missing(0, 0, &problem), 0);
	assert_int_equal(component_missing(-EBUSY, 0, &problem), -EBUSY);
	assert_int_equal(component_missing(-EBUSY, 2, &problem), -EBUSY);
	assert_string_equal(problem.text, "");
	assert_int_equal(component_missing(0, 1, &problem), COMMAND_LINE_PARTLY);
	assert_string_equal(problem.text,
			    "1 interface of the configuration is not there (see above)");
	assert_int_equal(component_missing(0, 2, &problem), COMMAND_LINE_PARTLY);
	assert_string_equal(problem.text,
			    "2 interfaces of the configuration are not there (see above)");
}

static void metrics_are_printed(void **state)
{
	struct capture out;
	int err;

	(void)state;
	problem = (struct problem){ 0 };
	capture_begin(&out, STDOUT_FILENO);
	err = component_print_metrics(&thing, scratch_bpffs(), &problem);
	fflush(stdout);
	capture_end(&out);
	assert_int_equal(err, 0);
	assert_non_null(strstr(out.text, "ecbpf_thing_packets_total 5\n# EOF\n"));
	free(out.text);
	/* Half of them are not. */
	problem_set(&problem, 0, "broken");
	capture_begin(&out, STDOUT_FILENO);
	err = component_print_metrics(&thing, scratch_bpffs(), &problem);
	fflush(stdout);
	capture_end(&out);
	assert_int_equal(err, -EIO);
	assert_string_equal(out.text, "");
	free(out.text);
	assert_int_equal(component_print_metrics(&thing, "/tmp", &problem), -EMEDIUMTYPE);
}

/* Pins of an interface in this network namespace or another. */
static void pin(const char *interface, bool elsewhere)
{
	struct ecbpf_chain_identity identity = { .abi_version = ECBPF_ABI_VERSION };
	struct network_namespace here;
	struct chain chain;

	assert_int_equal(network_namespace_current(&here), 0);
	identity.netns_cookie = here.cookie + elsewhere;
	identity.netns_inode = here.inode + elsewhere;
	strcpy(identity.interface, interface);
	scratch_chain_open(&chain, interface);
	assert_int_equal(chain_write_identity(&chain, &identity, NULL), 0);
	chain_close(&chain);
}

static bool has(const char *bpffs, const char *interface)
{
	assert_string_equal(bpffs, scratch_bpffs());
	return strcmp(interface, "gone.1") != 0;
}

static void where_it_is_attached(void **state)
{
	struct interface_list none = { 0 };
	struct capture out;
	char *text = NULL;
	size_t size;
	FILE *stream;

	(void)state;
	capture_begin(&out, STDOUT_FILENO);
	assert_int_equal(component_attached(scratch_bpffs(), NULL, &found, &problem), 0);
	fflush(stdout);
	capture_end(&out);
	assert_string_equal(out.text, "attached nowhere: nothing to do\n");
	free(out.text);
	pin("gone.1", false);
	pin("gone.2", false);
	pin("elsewhere", true);
	assert_int_equal(component_attached(scratch_bpffs(), NULL, &found, &problem), 0);
	assert_int_equal(found.count, 2);
	interface_list_free(&found);
	assert_int_equal(component_attached(scratch_bpffs(), has, &found, &problem), 0);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.names[0], "gone.2");

	stream = open_memstream(&text, &size);
	assert_int_equal(component_tell_unwanted(stream, &thing, scratch_bpffs(), NULL, &found,
						 &problem),
			 0);
	fclose(stream);
	assert_string_equal(text,
			    "gone.1: thing is attached and not wanted by the configuration: left "
			    "alone; to take it away: thing_loader --detach --interface gone.1\n");
	free(text);
	stream = open_memstream(&text, &size);
	assert_int_equal(component_tell_unwanted(stream, &thing, scratch_bpffs(), has, &none,
						 &problem),
			 0);
	fclose(stream);
	assert_non_null(strstr(text, "gone.2: "));
	assert_null(strstr(text, "gone.1: "));
	free(text);
	interface_list_free(&found);
}

/* What runs on an interface is found by its link, whatever the interface was called. */
static void a_renamed_interface_is_found(void **state)
{
	int program = scratch_program("root", BPF_PROG_TYPE_XDP, XDP_PASS);
	char path[BPFFS_PATH_SIZE];
	struct chain chain;
	int link;

	(void)state;
	scratch_net_make_veth();
	pin("old.name", true);
	link = scratch_net_link(program, SCRATCH_VETH, XDP_FLAGS_SKB_MODE);
	chain_init(&chain, scratch_bpffs(), "old.name");
	bpffs_join(path, chain.pins, ECBPF_PIN_LINK);
	assert_int_equal(bpffs_pin(link, path, NULL), 0);
	close(link);
	close(program);
	assert_int_equal(component_list_attached(scratch_bpffs(), NULL, &found, &problem), 0);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.names[0], SCRATCH_VETH);
	interface_list_free(&found);
	scratch_net_remove_veth();
}

static int remove_pins(void **state)
{
	(void)state;
	return bpffs_remove_tree(scratch_path(ECBPF_PIN_BASE), NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_config_is_checked),
		cmocka_unit_test(all_errors_are_told),
		cmocka_unit_test(a_file_that_is_given_must_be_there),
		cmocka_unit_test(whether_it_is_wanted),
		cmocka_unit_test(where_it_is_configured),
		cmocka_unit_test(it_may_have_a_way_of_its_own),
		cmocka_unit_test(a_list_excludes_others),
		cmocka_unit_test(missing_ones_are_told_in_the_end),
		cmocka_unit_test(metrics_are_printed),
		cmocka_unit_test_teardown(where_it_is_attached, remove_pins),
		cmocka_unit_test_teardown(a_renamed_interface_is_found, remove_pins),
	};
	const char *reason = scratch_net_enter();
	int fd, failed;

	if (reason) {
		printf("SKIP: %s\n", reason);
		return SCRATCH_SKIP;
	}
	fd = mkstemp(config);
	if (fd < 0)
		return 1;
	close(fd);
	log_open("t", false);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(config);
	scratch_bpffs_leave();
	return failed;
}
