/* The kernel's counters of a connection (progress.c). */
#ifndef STOA_GUARD_IN_H
#define STOA_GUARD_IN_H
#include <stdbool.h>
#include <stdint.h>

struct progress { uint64_t acked, received; };   /* bytes the peer took, bytes it sent */
/* false: the kernel does not say (not TCP). */
bool progress_read(struct progress *out, int fd);
int progress_waiting(int fd);                    /* bytes sent that the peer has not taken */

#endif
