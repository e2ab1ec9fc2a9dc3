"""receiver.py KIND DIRECTORY: one receiver of alerts for the tests. Writes its port (or that its socket is there) to
DIRECTORY/KIND.port, what comes to DIRECTORY/KIND.got, and ends after a minute.

KIND: udp, tcp, unix (a datagram socket DIRECTORY/unix.socket), https (with cert.pem and key.pem of DIRECTORY; refuses as
many requests as the number in DIRECTORY/https.refuse)."""
import base64
import hashlib
import hmac
import http.server
import os
import signal
import socket
import ssl
import sys

kind, directory = sys.argv[1:]
got = open("%s/%s.got" % (directory, kind), "ab", buffering=0)
signal.alarm(60)


def ready(what):
    name = "%s/%s.port" % (directory, kind)
    with open(name + ".new", "w") as f:
        f.write("%s\n" % what)
    os.rename(name + ".new", name)


def octet_counted(connection):
    stream = connection.makefile("rb")
    while True:
        count = b""
        while (c := stream.read(1)) not in (b" ", b""):
            count += c
        if not count:
            return
        got.write(stream.read(int(count)) + b"\n")


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name = directory + "/https.refuse"
        left = int(open(name).read()) if os.path.exists(name) else 0
        if left > 0:
            open(name, "w").write(str(left - 1))
            self.send_response(503)
            self.end_headers()
            return
        secret = open(directory + "/secret").read().strip()
        content = b".".join([self.headers["webhook-id"].encode(), self.headers["webhook-timestamp"].encode(), body])
        mac = hmac.new(base64.b64decode(secret[6:]), content, hashlib.sha256).digest()
        good = hmac.compare_digest("v1," + base64.b64encode(mac).decode(), self.headers["webhook-signature"])
        got.write(b"%s %s %s\n" % (b"signed" if good else b"forged", self.headers["webhook-id"].encode(), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


if kind == "https":
    server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory + "/cert.pem", directory + "/key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    ready(server.server_port)
    server.serve_forever()
elif kind == "tcp":
    s = socket.create_server(("127.0.0.1", 0))
    ready(s.getsockname()[1])
    while True:
        connection, _ = s.accept()
        with connection:
            octet_counted(connection)
else:
    s = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(directory + "/unix.socket" if kind == "unix" else ("127.0.0.1", 0))
    ready("there" if kind == "unix" else s.getsockname()[1])
    while True:
        got.write(s.recv(1 << 20) + b"\n")
