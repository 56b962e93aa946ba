/* The schema: one row a migration, up and down, applied in order and each in its
 * own transaction.  A row that was released is never changed: add another.
 *
 * Migration 1 is the sealed record set (AT-REST.md).  `size` is P and `tag` the
 * last 16 bytes of the blob: with them the chain is verified without reading
 * blobs, and a buried record keeps its place with blob NULL.  `generation` in
 * head tells which heads another process has changed.
 */
#include "store_in.h"

const struct migration schema[] = {
	{ 1, "store",
	  "CREATE TABLE vault (one INTEGER PRIMARY KEY CHECK (one = 1),"
	  "  store_id BLOB NOT NULL, slots_mac BLOB NOT NULL);"
	  "CREATE TABLE slot (idx INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
	  "CREATE TABLE epoch (epoch INTEGER PRIMARY KEY, wrapped BLOB NOT NULL);"
	  "CREATE TABLE record (lseq INTEGER PRIMARY KEY,"
	  "  kind INTEGER NOT NULL, fmt INTEGER NOT NULL, epoch INTEGER NOT NULL,"
	  "  rev INTEGER NOT NULL, flags INTEGER NOT NULL, size INTEGER NOT NULL,"
	  "  conv_id BLOB NOT NULL, rec_id BLOB NOT NULL, tag BLOB NOT NULL, blob BLOB);"
	  "CREATE INDEX record_chain ON record (conv_id);"
	  "CREATE UNIQUE INDEX record_revision ON record (rec_id, rev);"
	  "CREATE INDEX record_edited ON record (rec_id) WHERE rev > 1;"
	  "CREATE TABLE head (conv_id BLOB PRIMARY KEY, n INTEGER NOT NULL, h BLOB NOT NULL,"
	  "  generation INTEGER NOT NULL) WITHOUT ROWID;"
	  "CREATE INDEX head_generation ON head (generation);"
	  "CREATE TABLE root (one INTEGER PRIMARY KEY CHECK (one = 1), generation INTEGER NOT NULL,"
	  "  count INTEGER NOT NULL, epoch INTEGER NOT NULL, hash BLOB NOT NULL);",
	  "DROP TABLE root; DROP TABLE head; DROP TABLE record; DROP TABLE epoch;"
	  "DROP TABLE slot; DROP TABLE vault;" },
};
const size_t schema_count = COUNT_OF(schema);
