// An identity provider that was not written here (npm oidc-provider), for the tests of
// signing in.  Prints its issuer, reads the address of our callback from standard
// input, and serves until its standard input ends.  Anybody may sign in as anybody.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const require = createRequire(process.env.NODE_PATH + "/");
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")).href);

let answer = (req, res) => { res.statusCode = 503; res.end(); };
const server = createServer((req, res) => answer(req, res));
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const issuer = `http://127.0.0.1:${server.address().port}`;
console.log(issuer);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const callback = (await lines.next()).value;
const grants = ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"];
const provider = new Provider(issuer, {
	clients: [{ client_id: "stoa", client_secret: "a-secret-of-the-test:with/odd+signs", redirect_uris: [callback],
		grant_types: grants, response_types: ["code"], token_endpoint_auth_method: "client_secret_basic" }],
	claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
	features: { deviceFlow: { enabled: true }, devInteractions: { enabled: true } },
	findAccount: (ctx, id) => ({ accountId: id,
		claims: () => ({ sub: id, name: `${id} of the school`, email: `${id}@example.org`, email_verified: true }) }),
});
answer = provider.callback();
console.log("ready");
await lines.next();
process.exit(0);
