// SPDX-License-Identifier: GPL-2.0-only
#include "object_file.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <string.h>

#include "cleanup.h"

/* True if the object has a section of this name with at least one byte that is not 0. */
static bool has_section(Elf *elf, const char *wanted)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return false;
	while ((section = elf_nextscn(elf, section))) {
		const char *name;
		Elf_Data *data;
		GElf_Shdr header;

		if (!gelf_getshdr(section, &header))
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		if (!name || strcmp(name, wanted))
			continue;
		data = elf_getdata(section, NULL);
		return data && data->d_buf && data->d_size && *(const char *)data->d_buf;
	}
	return false;
}

static int check_elf(Elf *elf, const char *path, struct problem *problem)
{
	GElf_Ehdr header;
	size_t names;

	if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header) ||
	    header.e_machine != EM_BPF || header.e_type != ET_REL ||
	    elf_getshdrstrndx(elf, &names) < 0 || !elf_getscn(elf, names))
		return problem_set(problem, -ENOEXEC,
				   "%s: not a BPF object file; build it with clang -target bpf",
				   path);
	if (!has_section(elf, "license"))
		return problem_set(problem, -ENOEXEC,
				   "%s: no licence; add: char LICENSE[] SEC(\"license\") = \"GPL\";",
				   path);
	if (!has_section(elf, ".BTF"))
		return problem_set(problem, -ENOEXEC, "%s: no BTF; build it with clang -g", path);
	return 0;
}

int object_file_check(const char *path, struct problem *problem)
{
	CLEANUP_CLOSE int fd = -1;
	Elf *elf;
	int err;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* or a FIFO would keep us waiting */
	if (fd < 0)
		return problem_errno(problem, -errno, "%s: cannot open", path);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	err = check_elf(elf, path, problem);
	elf_end(elf);
	return err;
}
