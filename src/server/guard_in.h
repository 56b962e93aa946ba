/* The kernel's counters of a connection (progress.c). */
#ifndef STOA_GUARD_IN_H
#define STOA_GUARD_IN_H
#include <stdbool.h>
#include <stdint.h>

/* Bytes the peer took.  false: the kernel does not say (not TCP). */
bool progress_read(uint64_t *acked, int fd);
int progress_waiting(int fd);                    /* bytes sent that the peer has not taken */

#endif
