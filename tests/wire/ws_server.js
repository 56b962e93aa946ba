// The npm package ws as the other end: echoes each message as it came, says "ping me"
// by a protocol ping, closes with 4001 on "close me", cuts on "cut me".  Prints its
// plain and its TLS port.  argv: key file, certificate file.
const fs = require("fs");
const http = require("http");
const https = require("https");
const { WebSocketServer } = require("ws");
const [key, cert] = process.argv.slice(2).map((f) => fs.readFileSync(f));
function listen(server) {
  new WebSocketServer({ server, perMessageDeflate: true, handleProtocols: (offered) => (offered.has("stoa") ? "stoa" : false) }).on("connection", (ws) => {
    ws.on("error", () => {});
    ws.on("pong", (data) => ws.send("pong " + data));
    ws.on("message", (data, binary) => {
      const text = binary ? "" : data.toString();
      if (text === "ping me") ws.ping("now");
      else if (text === "close me") ws.close(4001, "as you wish");
      else if (text === "cut me") ws.terminate();
      else ws.send(data, { binary });
    });
  });
  return new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server.address().port)));
}
Promise.all([listen(http.createServer((req, res) => res.end())), listen(https.createServer({ key, cert }))]).then((ports) => console.log(ports.join(" ")));
