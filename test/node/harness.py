"""A real node for tests: its own home, real files, the real programs, real psql connections."""
import contextlib
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("CONCORDAT_BIN", ROOT / "build/dev/bin"))
DATA = pathlib.Path(os.environ.get("CONCORDAT_DATA", ROOT.parent / "shared/data"))
PASSWORD = "correct horse 7"


def limit_files(size):
    """In the child: a write past `size` fails, as it does on a full disk, instead of ending the process."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class Refused(Exception):
    """A verb that ended with another exit code than 0."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code
        self.text = text


class Node:
    """A member's home and the process that serves it."""

    def __init__(self, home=None, environment=None):
        self.folder = None if home else tempfile.TemporaryDirectory(prefix="concordat-")
        self.home = pathlib.Path(home or self.folder.name) / "home"
        self.environment = {**os.environ, **(environment or {}), "CONCORDAT_HOME": str(self.home)}
        self.process = None
        self.port = None
        self.web = None  # http://127.0.0.1:PORT
        self.peer = None  # 127.0.0.1:PORT, for other members

    def verb(self, *words, stdin=None, expect=0):
        """Runs `concordat WORDS…`; returns what it printed. Raises Refused on another exit code than `expect`."""
        done = subprocess.run([str(BIN / "concordat"), *map(str, words)], env=self.environment, input=stdin, text=True,
                              capture_output=True, timeout=120, check=False)
        if done.returncode != expect:
            raise Refused(done.returncode, f"concordat {' '.join(map(str, words))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout if expect == 0 else done.stdout + done.stderr

    def json(self, *words, **kwargs):
        return json.loads(self.verb(*words, "--json", **kwargs))

    def init(self, member="lewisham"):
        self.verb("init", member)
        return self

    def publish(self, *contracts, data=DATA):
        for contract in contracts:
            self.verb("product", "publish", ROOT / "samples" / f"{contract}.odcs.yaml", "--data", data)
        return self

    def analyst(self, name, password=PASSWORD):
        self.verb("analyst", "add", name, "--training", time.strftime("data-ethics@%Y-%m-%d"), "--password-file", "-",
                  stdin=password + "\n")
        return self

    def agree(self, text):
        """Proposes and approves an agreement given as a file's name in samples/, or as text."""
        if "\n" in text:
            self.verb("agreement", "propose", "-", "--approve", stdin=text)
        else:
            self.verb("agreement", "propose", ROOT / "samples" / f"{text}.yaml", "--approve")
        return self

    def spawn(self, *flags, limit=None):
        """Begins to serve, and does not wait. The ports stay the same over restarts. `limit`: bytes that any file may have."""
        log = open(self.home.parent / "node.log", "ab")
        web = ("--web-listen", self.web.removeprefix("http://") if self.web else "127.0.0.1:0")
        self.process = subprocess.Popen([str(BIN / "concordat"), "serve", "--listen", f"127.0.0.1:{self.port or 0}",
                                         *(() if "--web-listen" in flags else web),
                                         *(("--peer-listen", self.peer) if self.peer else ()), *flags],
                                        env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True,
                                        preexec_fn=limit and (lambda: limit_files(limit)))
        log.close()
        return self

    def start(self, *flags, limit=None):
        """Serves, and returns once it is ready."""
        self.spawn(*flags, limit=limit)
        line = self.process.stdout.readline()
        match = re.search(r":(\d+)\)", line)
        if not match:
            self.process.wait(10)
            raise Refused(self.process.returncode, f"the node did not start: {line}\n{self.log()}")
        self.port = int(match.group(1))
        if "--web-listen" not in flags:
            self.web = self.process.stdout.readline().removeprefix("over HTTP: ").strip()
        if self.peer:
            self.peer = self.process.stdout.readline().removeprefix("for members: ").strip()
        return self

    def log(self):
        return (self.home.parent / "node.log").read_text(errors="replace")

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        self.process.wait(60)
        self.process.stdout.close()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.kill(signal.SIGTERM)

    def connect(self, database="adult-study", user="ana", password=PASSWORD, **options):
        import psycopg2

        connection = psycopg2.connect(host="127.0.0.1", port=self.port, dbname=database, user=user, password=password,
                                      sslmode="require", connect_timeout=20, **options)
        connection.autocommit = True
        return connection

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        if self.folder:
            self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@contextlib.contextmanager
def adult_node(agreement="adult-study", **kwargs):
    """A node that has published Adult and serves `agreement` to ana."""
    with Node(**kwargs) as node:
        node.init().publish("adult").analyst("ana").agree(agreement).start()
        yield node


def answer_id(connection):
    """The id of the newest answer, from its NOTICE."""
    for notice in reversed(connection.notices):
        match = re.search(r"answer ([0-9a-f]{16})", notice)
        if match:
            return match.group(1)
    raise AssertionError(f"no answer id in {connection.notices}")


def main(tests):
    """Runs the named functions, says which failed, and closes with the count that CI reads."""
    chosen = [test for test in tests if not sys.argv[1:] or test.__name__ in sys.argv[1:]]
    failed = 0
    for test in chosen:
        begin = time.monotonic()
        try:
            test()
            print(f"ok      {test.__name__} ({time.monotonic() - begin:.1f} s)", flush=True)
        except Exception as error:  # every test's failure is reported, whatever it is
            failed += 1
            print(f"FAILED  {test.__name__}: {type(error).__name__}: {error}", flush=True)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0
