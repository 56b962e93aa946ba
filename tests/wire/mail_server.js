// The npm package smtp-server in its three ways, all on loopback: plain, STARTTLS with
// AUTH, TLS from the start with AUTH.  Prints "plain starttls smtps" as ports, then
// one JSON line a message.  argv: key file, certificate file.
const fs = require("fs");
const { SMTPServer } = require("smtp-server");
const [key, cert] = process.argv.slice(2).map((f) => fs.readFileSync(f));
const words = (s) => Buffer.concat(s.match(/=\?UTF-8\?B\?[^?]*\?=/g).map((w) => Buffer.from(w.slice(10, -2), "base64"))).toString();
function server(name, options) {
  return new SMTPServer({
    ...options, key, cert, authMethods: ["PLAIN", "LOGIN"],
    onAuth(auth, session, done) {
      if (auth.username === "user" && auth.password === "pass word") return done(null, { user: "user" });
      done(new Error("no"));
    },
    onData(stream, session, done) {
      const parts = [];
      stream.on("data", (d) => parts.push(d));
      stream.on("end", () => {
        const [head, ...body] = Buffer.concat(parts).toString("latin1").split("\r\n\r\n");
        console.log(JSON.stringify({
          server: name, secure: session.secure, user: session.user || "",
          from: session.envelope.mailFrom.address, to: session.envelope.rcptTo.map((r) => r.address),
          subject: words(/^Subject: ((?:.|\r\n )*)/m.exec(head)[1]),
          body: body.join("\r\n\r\n").replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (m, h) => String.fromCharCode(parseInt(h, 16))),
        }));
        done();
      });
    },
  });
}
const servers = [
  server("plain", { authOptional: true, hideSTARTTLS: true, disabledCommands: ["STARTTLS"] }),
  server("starttls", { authOptional: false }),
  server("smtps", { secure: true, authOptional: false }),
];
for (const s of servers) s.on("error", () => {}); // a client that does not believe the certificate
Promise.all(servers.map((s) => new Promise((ready) => s.listen(0, "127.0.0.1", ready)))).then(() =>
  console.log(servers.map((s) => s.server.address().port).join(" ")));
