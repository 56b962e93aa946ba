/* A history that cannot be written: on read-only media, without permission, or on a
 * disk so full that SQLite's own shared memory has no room.
 *
 * It is read as a file that does not change, which SQLite calls immutable: no locks,
 * no log.  That is true only while nobody else can have it open and nothing stands in
 * a log, so a -wal file with bytes in it, or a whole -shm file, forbids it.  As soon as the file
 * can be written again the connection is opened anew.
 *
 * Where something stands in a log and the disk has no room for the memory that is shared
 * over it, one connection that is alone needs none.  What it can it writes to the pages of
 * the file, which are there, and the log's own room is free again; else it only reads. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "sqlite_in.h"

#define SHM_BYTES 32768               /* the least that is shared by who has the file open */
#define ROOM_BYTES (1024 * 1024)     /* of the disk, before writing is tried again */

static bool
has_bytes(const char *path, const char *ending, off_t least)
{
	struct text beside;
	struct stat st;
	text_init(&beside, 8192);
	text_printf(&beside, "%s%s", path, ending);
	bool there = lstat(beside.data, &st) == 0 && st.st_size >= least;
	text_clear(&beside);
	return there;
}

bool
sqlite_fixed_may(const char *path, int rc)
{
	int kind = rc & 0xff;
	return (kind == SQLITE_CANTOPEN || kind == SQLITE_READONLY || kind == SQLITE_IOERR || kind == SQLITE_FULL) &&
		has_bytes(path, "", 1) && !has_bytes(path, "-wal", 1) && !has_bytes(path, "-shm", SHM_BYTES);
}

bool
sqlite_alone_may(const char *path, int rc)
{
	int kind = rc & 0xff;
	return (kind == SQLITE_CANTOPEN || kind == SQLITE_IOERR || kind == SQLITE_FULL) && has_bytes(path, "-wal", 1);
}

int
sqlite_alone_open(sqlite3 **out, const char *path)
{
	int rc = sqlite3_open_v2(path, out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(*out, "PRAGMA locking_mode=EXCLUSIVE; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_wal_checkpoint_v2(*out, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK ? SQLITE_DONE :
			sqlite3_exec(*out, "PRAGMA query_only=1", NULL, NULL, NULL);
	return rc;
}

bool
sqlite_fixed_no_more(const char *path)
{
	struct text folder;
	struct statvfs disk;
	const char *slash = strrchr(path, '/');
	text_init(&folder, 8192);
	text_put_n(&folder, path, slash != NULL ? (size_t)(slash - path) : 0);
	bool may = access(path, W_OK) == 0 && (folder.len == 0 || access(folder.data, W_OK) == 0) &&
		statvfs(path, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize >= ROOM_BYTES;
	text_clear(&folder);
	return may;
}

int
sqlite_fixed_open(sqlite3 **out, const char *path)
{
	struct text name;
	text_init(&name, 32768);
	text_put(&name, "file:");
	for (const char *c = path; *c != '\0'; c++)
		if (*c == '?' || *c == '#' || *c == '%')
			text_printf(&name, "%%%02X", (unsigned char)*c);
		else
			text_put_c(&name, *c);
	text_put(&name, "?immutable=1");
	int rc = sqlite3_open_v2(name.data, out, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE, NULL);
	text_clear(&name);
	return rc;
}
