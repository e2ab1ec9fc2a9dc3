"""A vendor's services on loopback, for the tests.

    vendor_service.py DIR PORT-FILE REQUESTS-FILE

GET: the file of DIR whose name is the path and query without the first slash and with "/" written as "+"; header
fields from the file of the same name with ".headers" behind it, one "Name: value" a line. POST: OCSP; the first file
DIR/ocsp/* that holds the serial number of the request. Files are read anew for each request. Ends by itself after two minutes.
"""
import http.server
import os
import pathlib
import sys
import threading

directory, port_file, requests_file = map(pathlib.Path, sys.argv[1:4])


def serial_of(request):
    """The DER serial number in an OCSPRequest for one certificate, whose lengths are short (RFC 6960 section 4.1.1)."""
    at = 0
    for _ in range(5):  # OCSPRequest, TBSRequest, requestList, Request, CertID
        assert request[at] == 0x30
        at += 2 + (request[at + 1] & 0x7F if request[at + 1] & 0x80 else 0)
    for _ in range(3):  # hashAlgorithm, issuerNameHash, issuerKeyHash
        at += 2 + request[at + 1]
    return request[at : at + 2 + request[at + 1]]


NONCE = bytes.fromhex("06092b0601050507300102")


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def note(self, what):
        with open(requests_file, "a", encoding="ascii") as out:
            out.write(what + "\n")

    def do_GET(self):
        self.note("GET " + self.path)
        path = directory / self.path[1:].replace("/", "+")
        if not path.is_file():
            return self.answer(404)
        fields = path.with_name(path.name + ".headers")
        lines = fields.read_text().splitlines() if fields.is_file() else []
        return self.answer(200, path.read_bytes(), [line.split(": ", 1) for line in lines])

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        wanted = serial_of(body)
        self.note("POST " + self.headers["Content-Type"] + " " + wanted.hex() + (" nonce" if NONCE in body else ""))
        for path in sorted((directory / "ocsp").glob("*")):
            content = path.read_bytes()
            if wanted in content:
                return self.answer(200, content, [("Content-Type", "application/ocsp-response")])
        return self.answer(404)

    def log_message(self, format, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Timer(120, lambda: os._exit(0)).start()
temporary = port_file.with_name(port_file.name + ".new")
temporary.write_text(str(server.server_address[1]))
temporary.rename(port_file)
server.serve_forever()
