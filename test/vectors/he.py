#!/usr/bin/env python3
"""Makes he.json, the known answers of src/he, without any of its ways: test/vectors/he.py > test/vectors/he.json

Everything is an integer modulo the whole q. Products are products of integers a million digits long, encodings are
round(q m / t), decryption is round(t x / q). Transforms are remainders, checked against the polynomial's values. Needs openssl
for AES and SHA-256's hashlib; takes two minutes. docs/formats/lattice.md says what is made here.
"""
import hashlib
import hmac
import json
import math
import subprocess

N = 8192
PRIMES = [0x1fffffff74001, 0x1fffffff68001, 0x1fffffff50001, 0x1ffffffee8001]
SETS = {"T64": (1, 4, 64), "T32": (2, 3, 32), "P64": (3, 3, 64)}  # number, primes, bits of t
SHARE, CIPHERTEXT, PARTIAL, SEEDED = 1, 2, 3, 4


class Stream:
    """AES-256 in counter mode over zeros."""

    def __init__(self, key):
        self.key, self.bytes, self.at = key, b"", 0

    def take(self, count):
        if self.at + count > len(self.bytes):
            size = 2 * (self.at + count)
            self.bytes = subprocess.run(["openssl", "enc", "-aes-256-ctr", "-nopad", "-K", self.key.hex(), "-iv", "00" * 16],
                                        input=bytes(size), stdout=subprocess.PIPE, check=True).stdout
        self.at += count
        return self.bytes[self.at - count:self.at]

    def word(self):
        return int.from_bytes(self.take(8), "little")


def derive(seed, purpose, context):
    return Stream(hmac.new(seed, b"concordat/he/1 " + purpose + b"\n" + context, hashlib.sha256).digest())


def ternary(stream):
    digits = []
    while len(digits) < N:
        byte = stream.take(1)[0]
        if byte < 243:
            digits += [byte // 3**i % 3 - 1 for i in range(5)]
    return digits[:N]


def error(stream):
    return [bin(stream.word() % 2**42).count("1") - 21 for _ in range(N)]


def uniform_transforms(set_name, seed, polynomial):
    number, primes, _ = SETS[set_name]
    stream = derive(seed, b"uniform", bytes([number]) + polynomial.to_bytes(4, "little"))
    rows, rejected = [], 0
    for q in PRIMES[:primes]:
        row = []
        while len(row) < N:
            residue = stream.word() % 2**49
            rejected += residue >= q
            if residue < q:
                row.append(residue)
        rows.append(row)
    return rows, rejected


def root(q):
    """The least c^((q - 1) / 2n), c = 2, 3, ..., that is a primitive 2n-th root of unity."""
    return next(r for r in (pow(c, (q - 1) // (2 * N), q) for c in range(2, 1000)) if pow(r, N, q) == q - 1)


def remainders(f, power, q, psi):
    """f modulo X - x for each x in turn, f given modulo X^len(f) - psi^power."""
    if len(f) == 1:
        return f
    half, w = len(f) // 2, pow(psi, power // 2, q)
    low, high = f[:half], f[half:]
    return (remainders([(a + w * b) % q for a, b in zip(low, high)], power // 2, q, psi)
            + remainders([(a - w * b) % q for a, b in zip(low, high)], power // 2 + N, q, psi))


def interpolated(values, power, q, psi):
    if len(values) == 1:
        return values
    half, w = len(values) // 2, pow(psi, power // 2, q)
    plus, minus = interpolated(values[:half], power // 2, q, psi), interpolated(values[half:], power // 2 + N, q, psi)
    two, two_w = pow(2, -1, q), pow(2 * w, -1, q)
    return [(a + b) * two % q for a, b in zip(plus, minus)] + [(a - b) * two_w % q for a, b in zip(plus, minus)]


def transform(f, q):
    psi = root(q)
    values = remainders([c % q for c in f], N, q, psi)
    for i in (0, 1, 2, 4097, N - 1):  # by the definition
        x = pow(psi, 2 * int(f"{i:013b}"[::-1], 2) + 1, q)
        assert values[i] == sum(c * pow(x, k, q) for k, c in enumerate(f)) % q
    return values


def coefficients(rows):
    """The polynomial modulo the whole q of its transforms modulo each prime."""
    primes = PRIMES[:len(rows)]
    q = math.prod(primes)
    parts = [q // p * pow(q // p, -1, p) for p in primes]
    columns = zip(*(interpolated(row, N, p, root(p)) for row, p in zip(rows, primes)))
    return [sum(c * part for c, part in zip(column, parts)) % q for column in columns]


def times(f, g, q):
    """f g modulo X^n + 1 and q, by one product of integers."""
    size = 2 * q.bit_length() + 16
    size += -size % 8

    def packed(h):
        return int.from_bytes(b"".join((c % q).to_bytes(size // 8, "little") for c in h), "little")
    product = (packed(f) * packed(g)).to_bytes(2 * N * size // 8, "little")
    wide = [int.from_bytes(product[i * size // 8:(i + 1) * size // 8], "little") for i in range(2 * N)]
    return [(wide[i] - wide[i + N]) % q for i in range(N)]


def plus(q, *polynomials):
    return [sum(column) % q for column in zip(*polynomials)]


def packed(residues):
    total = 0
    for i, residue in enumerate(residues):
        total |= residue << 49 * i
    return total.to_bytes((49 * len(residues) + 7) // 8, "little")


def rounded(a, b):
    return (2 * a + b) // (2 * b)


class Scheme:
    def __init__(self, name):
        self.name = name
        self.number, self.count, self.bits = SETS[name]
        self.primes = PRIMES[:self.count]
        self.q, self.t = math.prod(self.primes), 2**self.bits

    def header(self, kind):
        return bytes([self.number, kind])

    def plain(self, f):
        return b"".join(packed([c % p for c in f]) for p in self.primes)

    def transformed(self, f):
        return b"".join(packed(transform(f, p)) for p in self.primes)

    def encoded(self, values):
        return [rounded(self.q * (m % self.t), self.t) for m in values] + [0] * (N - len(values))

    def opened(self, f):
        return [rounded(self.t * c, self.q) % self.t for c in f]

    def chunks(self, values):
        return [values[i:i + N] for i in range(0, len(values), N)]

    def ciphertext(self, pairs, sizes, contributions):
        body = b"".join(self.plain(c0[:size]) + self.transformed(c1) for (c0, c1), size in zip(pairs, sizes))
        return self.header(CIPHERTEXT) + contributions.to_bytes(2, "little") + body

    # Under a joint key.
    def share(self, common, secret):
        stream = derive(secret, b"share", bytes([self.number]) + common)
        s, e = ternary(stream), error(stream)
        b = [(y - x) % self.q for x, y in zip(times(self.a(common), s, self.q), e)]
        return s, b

    def a(self, common, polynomial=0):
        return coefficients(uniform_transforms(self.name, common, polynomial)[0])

    def encrypt(self, a, b, values, key):
        stream, pairs = Stream(key), []
        for chunk in self.chunks(values):
            u, e0, e1 = ternary(stream), error(stream), error(stream)
            pairs.append((plus(self.q, times(b, u, self.q), e0, self.encoded(chunk)), plus(self.q, times(a, u, self.q), e1)))
        return pairs

    def flooding_bits(self, values, parties, contributions):
        variance = 10.5 * contributions * (N * parties * (parties + contributions) + 1)
        bound = 12 * math.sqrt(variance) + contributions / 2
        return max(64, math.ceil(math.log2(bound * values * parties)) + 48)

    def partial(self, s, pairs, sizes, parties, key):
        bits = self.flooding_bits(sum(sizes), parties, parties)
        stream, out = Stream(key), []
        for (_, c1), size in zip(pairs, sizes):
            low = [stream.word() for _ in range(size)]
            high = [stream.word() for _ in range(size)] if bits > 64 else [0] * size
            flood = [(l + (h << 64)) % 2**bits - 2**(bits - 1) for l, h in zip(low, high)]
            out.append([(c + f) % self.q for c, f in zip(times(c1, s, self.q), flood)])
        return out

    def partial_bytes(self, rows):
        return self.header(PARTIAL) + b"".join(self.plain(row) for row in rows)


def seed(text):
    return hashlib.sha256(text.encode()).digest()


def digest(message):
    return hashlib.sha256(message).hexdigest()


def joint(name, common, values):
    """One case: party i has values[i]."""
    scheme, parties, sizes = Scheme(name), len(values), None
    secrets = [seed(f"{name} secret {i}") for i in range(parties)]
    keys = [seed(f"{name} encrypt {i}") for i in range(parties)]
    floods = [seed(f"{name} flood {i}") for i in range(parties)]
    shares = [scheme.share(common, secret) for secret in secrets]
    a, b = scheme.a(common), plus(scheme.q, *(b for _, b in shares))
    parts = [scheme.encrypt(a, b, v, key) for v, key in zip(values, keys)]
    total = [tuple(plus(scheme.q, *(part[k][h] for part in parts)) for h in (0, 1)) for k in range(len(parts[0]))]
    sizes = [len(chunk) for chunk in scheme.chunks(values[0])]
    partials = [scheme.partial(s, total, sizes, parties, key) for (s, _), key in zip(shares, floods)]
    opened = []
    for k, size in enumerate(sizes):
        opened += scheme.opened(plus(scheme.q, total[k][0][:size], *(p[k] for p in partials)))
    assert opened == [sum(column) % scheme.t for column in zip(*values)]
    messages = {
        "share": scheme.header(SHARE) + scheme.transformed(shares[0][1]),
        "ciphertext": scheme.ciphertext(parts[0], sizes, 1),
        "sum": scheme.ciphertext(total, sizes, parties),
        "partial": scheme.partial_bytes(partials[0]),
    }
    record = {
        "set": name, "common": common.hex(), "secrets": [x.hex() for x in secrets], "encrypt": [x.hex() for x in keys],
        "flood": [x.hex() for x in floods],
        "rejected": uniform_transforms(name, common, 0)[1],
        "values": [[str(v) for v in row] for row in values] if len(values[0]) < 100 else None, "count": len(values[0]),
        "opened": [str(v) for v in opened] if len(opened) < 100 else None,
        "sha256": {
            "shares": [digest(scheme.header(SHARE) + scheme.transformed(b)) for _, b in shares],
            "ciphertexts": [digest(scheme.ciphertext(part, sizes, 1)) for part in parts],
            "sum": digest(messages["sum"]),
            "partials": [digest(scheme.partial_bytes(p)) for p in partials],
        },
    }
    return {key: value for key, value in record.items() if value is not None}, messages


def single(values, selected):
    scheme = Scheme("P64")
    key, public, errors = seed("P64 key"), seed("P64 public"), seed("P64 errors")
    s, stream = ternary(Stream(key)), Stream(errors)
    chunks = scheme.chunks(values)
    pairs = []
    for k, chunk in enumerate(chunks):
        a = scheme.a(public, k)
        c0 = [(x + m - y) % scheme.q for x, m, y in zip(error(stream), scheme.encoded(chunk), times(a, s, scheme.q))]
        pairs.append((c0, a))
    sizes = [len(chunk) for chunk in chunks]
    seeded = scheme.header(SEEDED) + public + b"".join(scheme.plain(c0[:size]) for (c0, _), size in zip(pairs, sizes))
    one = [[0] * N, [0] * N]
    for k, ((c0, c1), size) in enumerate(zip(pairs, sizes)):
        chosen = selected[k * N:k * N + size]
        picks = [chosen[0]] + [0] * (N - 1)
        for i in range(1, size):
            picks[N - i] = -chosen[i]
        one = [plus(scheme.q, half, times(c, picks, scheme.q)) for half, c in zip(one, (c0[:size] + [0] * (N - size), c1))]
    total = sum(v for v, pick in zip(values, selected) if pick) % 2**64
    assert scheme.opened(plus(scheme.q, one[0], times(one[1], s, scheme.q)))[0] == total
    return {
        "set": "P64", "key": key.hex(), "public": public.hex(), "errors": errors.hex(), "values": [str(v) for v in values],
        "selected": selected, "selected_sum": str(total),
        "sha256": {"seeded": digest(seeded), "expanded": digest(scheme.ciphertext(pairs, sizes, 1)),
                   "selected": digest(scheme.ciphertext([one], [1], 1))},
    }, seeded


def with_residue(message, start, index, residue):
    """The patch that puts a residue into packed bytes that begin at `start`."""
    first = start + 49 * index // 8
    last = start + (49 * index + 48) // 8 + 1
    word, shift = int.from_bytes(message[first:last], "little"), 49 * index % 8
    word = word & ~((2**49 - 1) << shift) | residue << shift
    return {"at": first, "hex": word.to_bytes(last - first, "little").hex()}


def refused(messages, seeded):
    """Changes to the first case's messages (and the seeded one's), with what the error must say."""
    row = 50176
    c0 = (49 * 3 + 7) // 8  # three values
    share, part, partial = messages["share"], messages["ciphertext"], messages["partial"]
    cases = [
        {"of": "share", "at": 0, "hex": "02", "says": "of the set T32, not T64"},
        {"of": "share", "at": 0, "hex": "04", "says": "no set 4"},
        {"of": "share", "at": 1, "hex": "02", "says": "not a public share but of kind 2"},
        {"of": "share", "size": len(share) - 1, "says": f"has {len(share)} bytes here, not {len(share) - 1}"},
        {"of": "share", "size": len(share) + 1, "says": f"has {len(share)} bytes here, not {len(share) + 1}"},
        {"of": "share", "size": 1, "says": "shorter than its header"},
        {"of": "share", "size": 0, "says": "shorter than its header"},
        {"of": "share", **with_residue(share, 2, 0, PRIMES[0]), "says": f"residue 0 is {PRIMES[0]}, not below the prime {PRIMES[0]}"},
        {"of": "share", **with_residue(share, 2 + 3 * row, 8191, 2**49 - 1), "says": f"residue 8191 is {2**49 - 1}, not below the prime {PRIMES[3]}"},
        {"of": "ciphertext", "at": 2, "hex": "0000", "says": "nothing is added up in it"},
        {"of": "ciphertext", "at": 1, "hex": "04", "says": "not a ciphertext but of kind 4"},
        {"of": "ciphertext", "size": len(part) - 50176, "says": "bytes here, not"},
        {"of": "ciphertext", **with_residue(part, 4 + 2 * c0, 2, PRIMES[2]), "says": f"residue 2 is {PRIMES[2]}, not below the prime {PRIMES[2]}"},
        {"of": "ciphertext", "at": 4 + c0 - 1, "hex": f"{part[4 + c0 - 1] | 0x80:02x}", "says": "bits after the last residue are not zero"},
        {"of": "ciphertext", **with_residue(part, 4 + 4 * c0 + row, 100, PRIMES[1]), "says": f"residue 100 is {PRIMES[1]}, not below the prime {PRIMES[1]}"},
        {"of": "partial", "at": 1, "hex": "01", "says": "not a partial decryption but of kind 1"},
        {"of": "partial", **with_residue(partial, 2 + 3 * c0, 1, PRIMES[3] + 1), "says": f"residue 1 is {PRIMES[3] + 1}, not below the prime {PRIMES[3]}"},
        {"of": "partial", "size": len(partial) + 1, "says": "bytes here, not"},
        {"of": "seeded", "at": 0, "hex": "01", "says": "of the set T64, not P64"},
        {"of": "seeded", **with_residue(seeded, 34, 3, PRIMES[0]), "says": f"residue 3 is {PRIMES[0]}, not below the prime {PRIMES[0]}"},
        {"of": "seeded", "size": 34, "says": "bytes here, not 34"},
    ]
    # Good bytes that say something else: they are read, and what comes out is seen to be no sum.
    corrupt = [
        {"of": "ciphertext", **with_residue(part, 4, 1, 5), "says": "do not open this sum"},
        {"of": "partial", **with_residue(partial, 2 + c0, 0, 77), "says": "do not open this sum"},
    ]
    return cases, corrupt


def main():
    top = 2**64 - 1
    first, messages = joint("T64", seed("T64 common"), [[top, 0, 2**63], [top, 1, 2**63], [2, top, 12345]])
    many = [[(i + 1) * (k + 3) * 0x9e3779b97f4a7c15 % 2**64 for i in range(8195)] for k in range(2)]
    more, _ = joint("T64", seed("T64 long"), many)
    small, _ = joint("T32", seed("T32 common"), [[2**32 - 1, 0, 7, 2**31], [2**32 - 1, 2**32, 2**40 + 5, 2**31]])
    passed_over, _ = joint("T32", bytes.fromhex(REJECTING), [[41], [1]])
    assert passed_over["rejected"] > 0
    single_case, seeded = single([top, 1, 2**63, 2**63, 99], [1, 1, 0, 1, 0])
    cases, corrupt = refused(messages, seeded)
    print(json.dumps({"joint": [first, more, small, passed_over], "single": [single_case], "refused": cases, "corrupt": corrupt}, indent=1))


# A seed of which one residue is passed over: found by trying some ten thousand.
REJECTING = "b007" + "00" * 30

if __name__ == "__main__":
    main()
