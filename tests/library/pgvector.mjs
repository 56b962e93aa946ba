// A PostgreSQL with pgvector in one process, on a socket in the folder given: npm's
// pglite.  One session at a time.  Says `ready`; ends with its standard input.
import { createRequire } from "node:module";
const require = createRequire(process.env.NODE_PATH + "/");
const { PGlite } = require("@electric-sql/pglite");
const { PGLiteSocketServer } = require("@electric-sql/pglite-socket");
const { vector } = require("@electric-sql/pglite-pgvector");
const db = await PGlite.create({ extensions: { vector } });
await new PGLiteSocketServer({ db, path: process.argv[2] + "/.s.PGSQL.5432" }).start();
console.log("ready");
process.stdin.resume().on("end", () => process.exit(0));
