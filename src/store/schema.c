/* The schema: one row a migration, up and down, applied in order and each in its
 * own transaction.  A row that was released is never changed: add another.
 *
 * Migration 1 is the sealed record set (AT-REST.md).  `size` is P and `tag` the
 * last 16 bytes of the blob: with them the chain is verified without reading
 * blobs, and a buried record keeps its place with blob NULL.  `generation` in
 * head tells which heads another process has changed; an index on it would cost a
 * page more each commit and is not worth it.
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
	  "CREATE TABLE head (conv_id BLOB PRIMARY KEY, n INTEGER NOT NULL, h BLOB NOT NULL,"
	  "  generation INTEGER NOT NULL) WITHOUT ROWID;"
	  "CREATE TABLE root (one INTEGER PRIMARY KEY CHECK (one = 1), generation INTEGER NOT NULL,"
	  "  count INTEGER NOT NULL, epoch INTEGER NOT NULL, hash BLOB NOT NULL);",
	  "DROP TABLE root; DROP TABLE head; DROP TABLE record; DROP TABLE epoch;"
	  "DROP TABLE slot; DROP TABLE vault;",
	  "SELECT count(*) FROM record", "records" },
	/* Documents: plain rows.  A stored text is a number that is never used again;
	 * an id may have one completed or failed row and others on their way in or out. */
	{ 2, "library",
	  "CREATE TABLE document (no INTEGER PRIMARY KEY AUTOINCREMENT,"
	  "  id TEXT NOT NULL, stored TEXT NOT NULL UNIQUE, name TEXT NOT NULL, title TEXT NOT NULL,"
	  "  subject TEXT NOT NULL, domain TEXT NOT NULL, kind TEXT NOT NULL,"
	  "  status TEXT NOT NULL CHECK (status IN ('processing', 'completed', 'failed', 'removed')),"
	  "  reason TEXT NOT NULL, error_message TEXT NOT NULL, language TEXT NOT NULL,"
	  "  sha256 TEXT NOT NULL, origin TEXT NOT NULL, preview TEXT NOT NULL,"
	  "  authors TEXT NOT NULL, concepts TEXT NOT NULL, text_sha256 TEXT NOT NULL,"
	  "  text_bytes INTEGER NOT NULL, pages INTEGER NOT NULL, passages INTEGER NOT NULL,"
	  "  words INTEGER NOT NULL, size_bytes INTEGER NOT NULL, cited INTEGER NOT NULL,"
	  "  stale INTEGER NOT NULL, added INTEGER NOT NULL, changed INTEGER NOT NULL,"
	  "  expires INTEGER NOT NULL);"
	  "CREATE UNIQUE INDEX document_id ON document (id) WHERE status IN ('completed', 'failed');"
	  "CREATE INDEX document_of ON document (id);"
	  "CREATE INDEX document_sha256 ON document (sha256);"
	  "CREATE INDEX document_origin ON document (origin);"
	  "CREATE INDEX document_status ON document (status);"
	  "CREATE INDEX document_added ON document (added, no);"
	  "CREATE TABLE document_page (document_no INTEGER NOT NULL, page INTEGER NOT NULL,"
	  "  label TEXT NOT NULL, start_at INTEGER NOT NULL, end_at INTEGER NOT NULL,"
	  "  PRIMARY KEY (document_no, page)) WITHOUT ROWID;"
	  "CREATE INDEX document_page_start ON document_page (document_no, start_at);"
	  "CREATE TABLE heading (document_no INTEGER NOT NULL, n INTEGER NOT NULL,"
	  "  level INTEGER NOT NULL, page INTEGER NOT NULL, start_at INTEGER NOT NULL,"
	  "  end_at INTEGER NOT NULL, path TEXT NOT NULL, chapter TEXT NOT NULL,"
	  "  PRIMARY KEY (document_no, n)) WITHOUT ROWID;"
	  "CREATE TABLE passage (document_no INTEGER NOT NULL, n INTEGER NOT NULL,"
	  "  start_at INTEGER NOT NULL, end_at INTEGER NOT NULL, page INTEGER NOT NULL,"
	  "  page_end INTEGER NOT NULL, heading_n INTEGER NOT NULL, sum BLOB NOT NULL,"
	  "  PRIMARY KEY (document_no, n)) WITHOUT ROWID;",
	  "DROP TABLE IF EXISTS passage_vector; DROP TABLE passage; DROP TABLE heading; DROP TABLE document_page; DROP TABLE document;",
	  "SELECT count(*) FROM document", "documents" },
	/* Owners: empty for the one person of a machine.  The owner stands before the
	 * blob, so that chains are verified without reading blobs.  Ids come first in the
	 * indexes, and the one for walking over one owner's records has only rows with an
	 * owner: so nobody's rows are walked in the order of the table, and cost no more. */
	{ 3, "store",
	  "CREATE TABLE record_of (lseq INTEGER PRIMARY KEY,"
	  "  kind INTEGER NOT NULL, fmt INTEGER NOT NULL, epoch INTEGER NOT NULL,"
	  "  rev INTEGER NOT NULL, flags INTEGER NOT NULL, size INTEGER NOT NULL, owner BLOB NOT NULL,"
	  "  conv_id BLOB NOT NULL, rec_id BLOB NOT NULL, tag BLOB NOT NULL, blob BLOB);"
	  "INSERT INTO record_of (lseq, kind, fmt, epoch, rev, flags, size, owner, conv_id, rec_id, tag, blob)"
	  "  SELECT lseq, kind, fmt, epoch, rev, flags, size, x'', conv_id, rec_id, tag, blob FROM record ORDER BY lseq;"
	  "DROP TABLE record; ALTER TABLE record_of RENAME TO record;"
	  "CREATE INDEX record_chain ON record (conv_id, owner);"
	  "CREATE UNIQUE INDEX record_revision ON record (rec_id, owner, rev);"
	  "CREATE INDEX record_owner ON record (owner, lseq) WHERE owner <> x'';"
	  "CREATE TABLE head_of (owner BLOB NOT NULL, conv_id BLOB NOT NULL, n INTEGER NOT NULL, h BLOB NOT NULL,"
	  "  generation INTEGER NOT NULL, PRIMARY KEY (owner, conv_id)) WITHOUT ROWID;"
	  "INSERT INTO head_of (owner, conv_id, n, h, generation) SELECT x'', conv_id, n, h, generation FROM head;"
	  "DROP TABLE head; ALTER TABLE head_of RENAME TO head;",
	  "CREATE TABLE record_one (lseq INTEGER PRIMARY KEY,"
	  "  kind INTEGER NOT NULL, fmt INTEGER NOT NULL, epoch INTEGER NOT NULL,"
	  "  rev INTEGER NOT NULL, flags INTEGER NOT NULL, size INTEGER NOT NULL,"
	  "  conv_id BLOB NOT NULL, rec_id BLOB NOT NULL, tag BLOB NOT NULL, blob BLOB);"
	  "INSERT INTO record_one (lseq, kind, fmt, epoch, rev, flags, size, conv_id, rec_id, tag, blob)"
	  "  SELECT lseq, kind, fmt, epoch, rev, flags, size, conv_id, rec_id, tag, blob FROM record ORDER BY lseq;"
	  "DROP TABLE record; ALTER TABLE record_one RENAME TO record;"
	  "CREATE INDEX record_chain ON record (conv_id);"
	  "CREATE UNIQUE INDEX record_revision ON record (rec_id, rev);"
	  "CREATE TABLE head_one (conv_id BLOB PRIMARY KEY, n INTEGER NOT NULL, h BLOB NOT NULL,"
	  "  generation INTEGER NOT NULL) WITHOUT ROWID;"
	  "INSERT INTO head_one (conv_id, n, h, generation) SELECT conv_id, n, h, generation FROM head;"
	  "DROP TABLE head; ALTER TABLE head_one RENAME TO head;",
	  "SELECT count(*) FROM record WHERE owner <> x''", "records that belong to accounts" },
	/* People: ids, rights, times and hashes; names and addresses are sealed records.
	 * `lookup` finds a provider's user, `token` and `code` are hashes. */
	{ 4, "people",
	  "CREATE TABLE person (id TEXT PRIMARY KEY, role INTEGER NOT NULL, blocked INTEGER NOT NULL,"
	  "  provider TEXT NOT NULL, profile TEXT NOT NULL DEFAULT '', created INTEGER NOT NULL,"
	  "  seen INTEGER NOT NULL, lookup BLOB);"
	  "CREATE UNIQUE INDEX person_lookup ON person (lookup);"
	  "CREATE INDEX person_created ON person (created, id);"
	  "CREATE TABLE session (token BLOB PRIMARY KEY, family TEXT NOT NULL, person TEXT NOT NULL,"
	  "  refresh INTEGER NOT NULL, used INTEGER NOT NULL, expires INTEGER NOT NULL,"
	  "  ends INTEGER NOT NULL);"
	  "CREATE INDEX session_family ON session (family);"
	  "CREATE INDEX session_person ON session (person);"
	  "CREATE INDEX session_expires ON session (expires);"
	  "CREATE TABLE class (id TEXT PRIMARY KEY, title TEXT NOT NULL, archived INTEGER NOT NULL,"
	  "  created INTEGER NOT NULL);"
	  "CREATE TABLE class_member (class TEXT NOT NULL, person TEXT NOT NULL, role INTEGER NOT NULL,"
	  "  joined INTEGER NOT NULL, PRIMARY KEY (class, person));"
	  "CREATE INDEX class_member_person ON class_member (person);"
	  "CREATE TABLE join_code (id TEXT PRIMARY KEY, code BLOB NOT NULL UNIQUE, class TEXT NOT NULL,"
	  "  role INTEGER NOT NULL, uses INTEGER NOT NULL, uses_max INTEGER NOT NULL,"
	  "  created INTEGER NOT NULL, expires INTEGER NOT NULL);"
	  "CREATE INDEX join_code_class ON join_code (class);"
	  "CREATE TABLE sign_in (secret BLOB PRIMARY KEY, step TEXT NOT NULL, provider TEXT NOT NULL,"
	  "  person TEXT NOT NULL, redirect TEXT NOT NULL, challenge TEXT NOT NULL,"
	  "  state TEXT NOT NULL, asked INTEGER NOT NULL, wait_ms INTEGER NOT NULL,"
	  "  expires INTEGER NOT NULL);"
	  "CREATE INDEX sign_in_expires ON sign_in (expires);"
	  "CREATE TABLE audit (no INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
	  "  actor TEXT NOT NULL, role INTEGER NOT NULL, operation TEXT NOT NULL, subject TEXT NOT NULL,"
	  "  object TEXT NOT NULL);"
	  "CREATE INDEX audit_subject ON audit (subject, no);"
	  "CREATE INDEX audit_actor ON audit (actor, no);",
	  "DROP TABLE audit; DROP TABLE sign_in; DROP TABLE join_code; DROP TABLE class_member;"
	  "DROP TABLE class; DROP TABLE session; DROP TABLE person;",
	  "SELECT count(*) FROM person", "accounts" },
	/* Documents of one person alone; '' is the library of all, or of a class. */
	{ 5, "library",
	  "ALTER TABLE document ADD COLUMN owner TEXT NOT NULL DEFAULT '';"
	  "CREATE INDEX document_owner ON document (owner) WHERE owner <> '';",
	  "DROP INDEX document_owner; ALTER TABLE document DROP COLUMN owner;",
	  "SELECT count(*) FROM document WHERE owner <> ''", "documents that belong to accounts" },
	/* What is shown to others: ids, times and states; words are sealed records. */
	{ 6, "sharing",
	  "CREATE TABLE share (token BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,"
	  "  conv_id TEXT NOT NULL, messages INTEGER NOT NULL, created INTEGER NOT NULL,"
	  "  expires INTEGER NOT NULL);"
	  "CREATE INDEX share_owner ON share (owner, conv_id);"
	  "CREATE INDEX share_expires ON share (expires);"
	  "CREATE TABLE escalation (id TEXT PRIMARY KEY, owner TEXT NOT NULL, conv_id TEXT NOT NULL,"
	  "  message_id TEXT NOT NULL, subject TEXT NOT NULL, status TEXT NOT NULL,"
	  "  created INTEGER NOT NULL, updated INTEGER NOT NULL, UNIQUE (owner, message_id));"
	  "CREATE INDEX escalation_status ON escalation (status, created, id);"
	  "CREATE TABLE mail (id TEXT PRIMARY KEY, escalation TEXT NOT NULL, step TEXT NOT NULL,"
	  "  due INTEGER NOT NULL, tries INTEGER NOT NULL, created INTEGER NOT NULL);"
	  "CREATE INDEX mail_due ON mail (due);"
	  "CREATE TABLE feedback (owner TEXT NOT NULL, message_id TEXT NOT NULL, score INTEGER NOT NULL,"
	  "  created INTEGER NOT NULL, PRIMARY KEY (owner, message_id));"
	  "CREATE INDEX feedback_created ON feedback (created, message_id);",
	  "DROP TABLE feedback; DROP TABLE mail; DROP TABLE escalation; DROP TABLE share;",
	  "SELECT count(*) FROM escalation", "questions that wait for a teacher" },
	/* What servers of one database tell each other.  Answers on their way (sealed, for
	 * minutes) and tokens that were taken need not outlive a crash of the database, so
	 * PostgreSQL writes no log of them and nobody waits for a disk; money is different. */
	{ 7, "replicas",
	  "CREATE /*+UNLOGGED*/ TABLE stream (id TEXT PRIMARY KEY, owner TEXT NOT NULL, path TEXT NOT NULL,"
	  "  question TEXT NOT NULL, asked TEXT NOT NULL, holder TEXT NOT NULL, ended INTEGER NOT NULL);"
	  "CREATE INDEX stream_question ON stream (question, owner);"
	  "CREATE /*+UNLOGGED*/ TABLE stream_part (stream TEXT NOT NULL, since INTEGER NOT NULL,"
	  "  events INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (stream, since));"
	  "CREATE /*+UNLOGGED*/ TABLE bucket (asker TEXT NOT NULL, class INTEGER NOT NULL,"
	  "  full_at INTEGER NOT NULL, PRIMARY KEY (asker, class));"
	  "CREATE TABLE purse (day INTEGER PRIMARY KEY, spent INTEGER NOT NULL);",
	  "DROP TABLE purse; DROP TABLE bucket; DROP TABLE stream_part; DROP TABLE stream;", NULL, NULL },
	/* What classes are given to work on; its words are sealed records. */
	{ 8, "assignments",
	  "CREATE TABLE assignment (id TEXT PRIMARY KEY, class TEXT NOT NULL, state INTEGER NOT NULL,"
	  "  due INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL);"
	  "CREATE INDEX assignment_class ON assignment (class, state);"
	  "CREATE TABLE assignment_material (assignment TEXT NOT NULL, document TEXT NOT NULL,"
	  "  n INTEGER NOT NULL, PRIMARY KEY (assignment, document));",
	  "DROP TABLE assignment_material; DROP TABLE assignment;",
	  "SELECT count(*) FROM assignment", "assignments" },
	/* Where a class reads its questions (the id of a sealed record), and a hash of where
	 * a guest's question came from. */
	{ 9, "inboxes",
	  "ALTER TABLE class ADD COLUMN inbox TEXT NOT NULL DEFAULT '';"
	  "ALTER TABLE escalation ADD COLUMN network BLOB;"
	  "CREATE INDEX escalation_network ON escalation (network);"
	  "CREATE INDEX escalation_updated ON escalation (updated);",
	  "DROP INDEX escalation_updated; DROP INDEX escalation_network;"
	  "ALTER TABLE escalation DROP COLUMN network; ALTER TABLE class DROP COLUMN inbox;", NULL, NULL },
};
const size_t schema_count = COUNT_OF(schema);
