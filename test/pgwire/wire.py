"""PostgreSQL's wire protocol from the client's side, bare: messages to bytes, bytes to lines of text that scripts compare."""
import base64
import hashlib
import hmac
import os
import socket
import ssl
import struct

NAMES = {b"1": "ParseComplete", b"2": "BindComplete", b"3": "CloseComplete", b"n": "NoData", b"s": "PortalSuspended",
         b"I": "EmptyQueryResponse", b"c": "CopyDone"}
CLASSES = {16: "bool", 18: "char", 19: "name", 20: "int8", 21: "int2", 23: "int4", 25: "text", 26: "oid", 701: "float8",
           705: "unknown", 1043: "varchar", 1082: "date", 1114: "timestamp", 1184: "timestamptz", 1700: "numeric",
           1007: "int4[]", 1009: "text[]", 1028: "oid[]"}


def text(value):
    return value.encode() + b"\0"


def message(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body


def counted(kind, items):
    return struct.pack("!H", len(items)) + b"".join(struct.pack(kind, item) for item in items)


def Query(sql):
    return message(b"Q", text(sql))


def Parse(name, sql, types=()):
    return message(b"P", text(name) + text(sql) + counted("!I", types))


def Bind(portal, statement, formats=(), values=(), results=()):
    body = text(portal) + text(statement) + counted("!h", formats) + struct.pack("!H", len(values))
    for value in values:
        body += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
    return message(b"B", body + counted("!h", results))


def Describe(target, name):
    return message(b"D", target.encode() + text(name))


def Execute(portal, rows=0):
    return message(b"E", text(portal) + struct.pack("!i", rows))


def Close(target, name):
    return message(b"C", target.encode() + text(name))


def Sync():
    return message(b"S")


def Flush():
    return message(b"H")


def CopyDone():
    return message(b"c")


def CopyData(data):
    return message(b"d", data)


def FunctionCall(body):
    return message(b"F", body)


def Raw(data):
    return data


def fields(body):
    """The parts of an ErrorResponse or NoticeResponse."""
    return {part[:1].decode(): part[1:].decode() for part in body.split(b"\0") if part}


def shown(value):
    if value is None:
        return "NULL"
    try:
        decoded = value.decode()
        return repr(decoded) if decoded.isprintable() else "x" + value.hex()
    except UnicodeDecodeError:
        return "x" + value.hex()


def values(body):
    (count,), at, out = struct.unpack_from("!H", body), 2, []
    for _ in range(count):
        (length,) = struct.unpack_from("!i", body, at)
        at += 4
        out.append(None if length < 0 else body[at:at + length])
        at += max(length, 0)
    return out


def columns(body):
    (count,), at, out = struct.unpack_from("!H", body), 2, []
    for _ in range(count):
        end = body.index(b"\0", at)
        table, number, kind, size, modifier, form = struct.unpack_from("!IhIhih", body, end + 1)
        out.append(f"{body[at:end].decode()}:{CLASSES.get(kind, kind)}/{size}" + ("/binary" if form else ""))
        at = end + 19
    return out


def describe(kind, body):
    """A message as a script writes it: what a client may rely on, no more."""
    if kind in NAMES:
        return NAMES[kind]
    if kind in (b"E", b"N"):
        parts = fields(body)
        line = f"{'Error' if kind == b'E' else 'Notice'} {parts['S']} {parts['C']} {parts['M']}"
        return line + (f" at {parts['P']}" if "P" in parts else "")
    if kind == b"T":
        return " ".join(["RowDescription", *columns(body)])
    if kind == b"D":
        return " ".join(["DataRow", *map(shown, values(body))])
    if kind == b"C":
        return "CommandComplete " + body[:-1].decode()
    if kind == b"Z":
        return "ReadyForQuery " + body.decode()
    if kind == b"t":
        (count,) = struct.unpack_from("!H", body)
        types = struct.unpack_from(f"!{count}I", body, 2)
        return " ".join(["ParameterDescription", *(str(CLASSES.get(kind, kind)) for kind in types)])
    if kind == b"S":
        name, value, _ = body.split(b"\0")
        return f"ParameterStatus {name.decode()} {value.decode()}"
    if kind == b"H":
        return f"CopyOutResponse {body.hex()}"
    if kind == b"d":
        return f"CopyData {shown(body)}"
    return f"{kind.decode()} {body.hex()}"


class Wire:
    """A connection. Closed: receive() gives None."""

    def __init__(self, port, tls=False):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.scheme = None
        if tls:
            self.socket.sendall(struct.pack("!II", 8, 80877103))
            assert self.socket.recv(1) == b"S"
            self.wrap()

    def wrap(self, protocols=None):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if protocols:
            context.set_alpn_protocols(protocols)
        self.socket = context.wrap_socket(self.socket)

    def send(self, data):
        self.socket.sendall(data)

    def take(self, count):
        data = b""
        while len(data) < count:
            try:
                more = self.socket.recv(count - len(data))
            except (ConnectionResetError, ssl.SSLError):
                return None
            if not more:
                return None
            data += more
        return data

    def receive(self):
        """(type, body), or None at the end."""
        head = self.take(5)
        if head is None:
            return None
        body = self.take(struct.unpack("!I", head[1:])[0] - 4)
        return None if body is None else (head[:1], body)

    def startup(self, version=3 << 16, **parameters):
        body = struct.pack("!I", version) + b"".join(text(k) + text(v) for k, v in parameters.items()) + b"\0"
        self.send(struct.pack("!I", len(body) + 4) + body)

    def login(self, user, database, password="", **parameters):
        """Up to the first ReadyForQuery; returns what was received after AuthenticationOk, or raises with the refusal."""
        self.startup(user=user, database=database, **parameters)
        self.key, out = None, []
        while True:
            got = self.receive()
            if got is None:
                raise ConnectionError("closed during login")
            kind, body = got
            if kind == b"E":
                raise PermissionError(describe(kind, body))
            if kind == b"R":
                self.authenticate(struct.unpack_from("!I", body)[0], body[4:], password)
            elif kind == b"K":
                self.key = struct.unpack("!ii", body)
            elif kind == b"Z":
                return out
            else:
                out.append(describe(kind, body))

    def authenticate(self, step, data, password):
        """SCRAM-SHA-256, RFC 5802, without channel binding."""
        if step == 10:
            self.bare = "n=,r=" + base64.b64encode(os.urandom(18)).decode()
            first = ("n,," + self.bare).encode()
            self.send(message(b"p", text("SCRAM-SHA-256") + struct.pack("!i", len(first)) + first))
        elif step == 11:
            server_first = data.decode()
            given = dict(part.split("=", 1) for part in server_first.split(","))
            salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(given["s"]), int(given["i"]))
            key = hmac.digest(salted, b"Client Key", "sha256")
            final = "c=biws,r=" + given["r"]
            signed = hmac.digest(hashlib.sha256(key).digest(), f"{self.bare},{server_first},{final}".encode(), "sha256")
            proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signed))).decode()
            self.send(message(b"p", f"{final},p={proof}".encode()))

    def close(self):
        self.socket.close()
