/* SPDX-License-Identifier: GPL-2.0-only */
/* Paths, directories and pins in a bpffs. Nothing here mounts one: a mount made by a loader that
 * runs in a short-lived mount namespace would vanish with every pin on it. */
#ifndef ECBPF_BPFFS_H
#define ECBPF_BPFFS_H

#include <stdbool.h>
#include <stddef.h>
#include "problem.h"

#define BPFFS_PATH_SIZE 512

/* 0 if `directory` is a directory of a mounted bpffs; -ENOENT, -ENOTDIR, -ENAMETOOLONG or
 * -EMEDIUMTYPE with the problem told. */
int bpffs_check(const char *directory, struct problem *problem);

/* Joins directory and name into ret_path; the program's own bug if it does not fit. */
void bpffs_join(char ret_path[BPFFS_PATH_SIZE], const char *directory, const char *name);

/* An interface or map name as bpffs accepts it: '.' becomes ':'; at most size - 1 characters. */
void bpffs_escape(const char *name, char *ret_name, size_t size);
/* And back. */
void bpffs_unescape(const char *name, char *ret_name, size_t size);

/* Creates a directory, also one that exists already. Negative errno. */
int bpffs_make_directory(const char *path);
bool bpffs_exists(const char *path);

/* Pins an object's fd; -EEXIST if the path is taken. */
int bpffs_pin(int fd, const char *path, struct problem *problem);
/* Opens a pin: fd or negative errno. */
int bpffs_open(const char *path);
/* Removes a pin or an empty directory, or nothing if it is not there. */
int bpffs_unpin(const char *path, struct problem *problem);
/* Atomic; a pin that stands at `to` is replaced. */
int bpffs_rename(const char *from, const char *to, struct problem *problem);
/* Removes a directory and everything in it, or nothing if it is not there. */
int bpffs_remove_tree(const char *path, struct problem *problem);

#endif
