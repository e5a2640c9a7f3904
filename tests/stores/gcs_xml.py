"""Makes fake-gcs-server speak what clients of Google Cloud Storage write.

Clients write objects by the XML API (`PUT /bucket/key`), and the server knows the JSON API for that alone. This stands
before it: writes and copies become requests of the JSON API, all else passes through.
"""

import http.client
import http.server
import json
import threading
import urllib.parse

# The headers of an object, and what the JSON API calls them.
FIELDS = {
    "content-type": "contentType",
    "cache-control": "cacheControl",
    "content-encoding": "contentEncoding",
    "content-disposition": "contentDisposition",
}
METADATA = "x-goog-meta-"
BOUNDARY = "skillpress-part"
# Of one connection alone.
HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "date", "host"}


def serve(server):
    """Starts on a free port of this machine, before `server` (host and port); gives the address, and what stops it."""

    class Handler(Gateway):
        upstream = server

    gateway = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.daemon_threads = True
    threading.Thread(target=gateway.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{gateway.server_port}", gateway.shutdown


class Gateway(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(self.path)
        bucket, _, key = url.path.lstrip("/").partition("/")
        key = urllib.parse.unquote(key)
        if self.command == "PUT" and key:
            source = self.headers.get("x-goog-copy-source")
            answer = self.copy(source, bucket, key) if source else self.write(bucket, key, body)
            return self.answer_to_write(*answer)
        path = self.path
        if self.command == "DELETE" and key:
            path = f"/storage/v1/b/{bucket}/o/{urllib.parse.quote(key, safe='')}"
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        return self.answer(*self.ask(self.command, path, body, headers))

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_request

    def copy(self, source, bucket, key):
        source_bucket, _, source_key = urllib.parse.unquote(source).lstrip("/").partition("/")
        quoted = [urllib.parse.quote(part, safe="") for part in (source_bucket, source_key, bucket, key)]
        path = "/storage/v1/b/{}/o/{}/rewriteTo/b/{}/o/{}".format(*quoted)
        return self.ask("POST", f"{path}?{self.condition()}", b"{}", {"Content-Type": "application/json"})

    def write(self, bucket, key, body):
        record = {"name": key, "metadata": {}}
        for name, value in self.headers.items():
            name = name.lower()
            if name in FIELDS:
                record[FIELDS[name]] = value
            elif name.startswith(METADATA):
                record["metadata"][name[len(METADATA):]] = value
        content_type = record.get("contentType", "application/octet-stream")
        parts = (
            f"--{BOUNDARY}\r\nContent-Type: application/json\r\n\r\n{json.dumps(record)}\r\n"
            f"--{BOUNDARY}\r\nContent-Type: {content_type}\r\n\r\n"
        ).encode() + body + f"\r\n--{BOUNDARY}--\r\n".encode()
        query = urllib.parse.urlencode({"uploadType": "multipart", "name": key})
        path = f"/upload/storage/v1/b/{bucket}/o?{query}&{self.condition()}"
        return self.ask("POST", path, parts, {"Content-Type": f"multipart/related; boundary={BOUNDARY}"})

    def condition(self):
        generation = self.headers.get("x-goog-if-generation-match")
        return f"ifGenerationMatch={generation}" if generation else ""

    def answer_to_write(self, status, headers, body):
        if status != 200:
            return self.answer(status, headers, body)
        said = json.loads(body)
        resource = said.get("resource", said)
        tags = [("ETag", json.dumps(resource["etag"].strip('"'))), ("x-goog-generation", str(resource["generation"]))]
        return self.answer(200, tags, b"")

    def ask(self, method, path, body, headers):
        host, port = self.upstream
        connection = http.client.HTTPConnection(host, port)
        connection.request(method, path, body, {**headers, "Host": f"{host}:{port}"})
        response = connection.getresponse()
        return response.status, response.getheaders(), response.read()

    def answer(self, status, headers, body):
        self.send_response(status)
        length = len(body)
        for name, value in headers:
            if name.lower() == "content-length" and self.command == "HEAD":
                length = int(value)
            elif name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
