// Is the text on standard input valid OpenAPI 3.1, all its references resolved?
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
const { Validator } = await import(pathToFileURL(createRequire(process.env.NODE_PATH + "/").resolve("@seriousme/openapi-schema-validator")).href);
const spec = JSON.parse(readFileSync(0, "utf8"));
const validator = new Validator();
const result = await validator.validate(spec);
if (!result.valid) { console.log(JSON.stringify(result.errors, null, 1).slice(0, 2000)); process.exit(1); }
if (validator.version !== "3.1") { console.log("version " + validator.version); process.exit(1); }
validator.resolveRefs();
console.log("valid");
