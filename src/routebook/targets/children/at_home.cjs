// Keeps a Node program on this machine: `node --require at_home.cjs PROGRAM`. It listens on 127.0.0.1 alone, and
// reaches nothing else.
"use strict";
const net = require("node:net");

const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);
const { connect } = net.Socket.prototype;
const { listen } = net.Server.prototype;

net.Socket.prototype.connect = function (...args) {
  const given = Array.isArray(args[0]) ? args[0][0] : args[0]; // net.connect passes its arguments as one list
  const host = typeof given === "object" && given !== null ? given.host : typeof args[1] === "string" ? args[1] : undefined;
  const isPath = typeof given === "object" && given !== null && given.path !== undefined;
  if (!isPath && host !== undefined && !LOOPBACK.has(host)) {
    process.nextTick(() => this.destroy(new Error(`this stays on this machine: ${host}`)));
    return this;
  }
  return connect.apply(this, args);
};

net.Server.prototype.listen = function (...args) {
  const done = args.find((given) => typeof given === "function");
  const [first] = args;
  const port = typeof first === "object" && first !== null ? first.port : first;
  return listen.call(this, { port: Number(port), host: "127.0.0.1" }, done);
};
