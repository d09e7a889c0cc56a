#!/usr/bin/env python3
"""Known answers for secure sums under masks, by docs/formats/sum.md alone. sum.py > sum.json; needs PyPI's cryptography.

Party i of three draws its secrets, in order, from the AES-256-CTR stream of the key 32 x (i + 1): seeds of its sealing key, of its own
mask, of its masking key; then the coefficients of its dealing, seed by seed. Its Ed25519 seed is 32 x (i + 161). Quorum 2; party 2 reveals and
contributes no more.
"""
import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

QUORUM, NAMES, CONTEXT = 2, ["camden", "islington", "lewisham"], bytes(range(32))


def le(number, size):
    return number.to_bytes(size, "little")


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def hkdf(secret, salt, info):
    prk = hmac.new(salt, secret, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()


def stream(key, size):
    return Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor().update(bytes(size))


def times(a, b):
    product = 0
    for bit in range(8):
        product ^= (a << bit) * (b >> bit & 1)
    for bit in range(14, 7, -1):
        product ^= (0x11B << (bit - 8)) * (product >> bit & 1)
    return product


def x25519(seed):
    return X25519PrivateKey.from_private_bytes(seed)


def public(key):
    return key.public_key().public_bytes_raw()


def shared(key, other):
    return key.exchange(X25519PublicKey.from_public_bytes(other))


class Party:
    def __init__(self, place):
        self.place = place
        self.key = Ed25519PrivateKey.from_private_bytes(bytes([place + 161]) * 32)
        raw = b"\x01" + public(self.key)
        identity = sha(NAMES[place].encode() + b"\n" + raw)[:4].hex()
        self.vkey = f"{NAMES[place]}+{identity}+{base64.b64encode(raw).decode()}"
        drawn = stream(bytes([place + 1]) * 32, 32 * 5)
        sealing, self.own, self.mask, *self.coefficients = [drawn[i:i + 32] for i in range(0, len(drawn), 32)]
        self.sealing, self.masking = x25519(sealing), x25519(self.mask)


def share(seed, coefficient, point):
    return bytes(s ^ times(c, point) for s, c in zip(seed, coefficient))


def answers(width, numbers):
    parties = [Party(place) for place in range(3)]
    terms = sha(b"concordat/sum/1/terms\n", bytes([2, width]), le(len(numbers[0]), 8), le(QUORUM, 8), le(0, 8), CONTEXT,
                *[(p.vkey + "\n").encode() for p in parties])
    said, view = [], terms

    def speak(number, bodies):
        nonlocal view
        for place, body in bodies.items():
            text = (b"concordat/sum/1/message\n" + terms + bytes([number]) + le(place, 2) + view + sha(body))
            said.append((bytes([1, number]) + le(place, 2) + view + parties[place].key.sign(text) + body).hex())
        view = sha(b"concordat/sum/1/view\n", view, bytes([number]), *[le(i, 2) + sha(b) for i, b in sorted(bodies.items())])

    def dealing(dealer):
        out = b""
        for holder in parties:
            shares = [share(seed, c, holder.place + 1) for seed, c in zip((dealer.own, dealer.mask), dealer.coefficients)]
            pair = le(dealer.place, 2) + le(holder.place, 2)
            out += b"".join(sha(b"concordat/sum/1/share\n", terms, pair, bytes([k]), s) for k, s in enumerate(shares))
            info = b"concordat/sum/1/seal\n" + pair + public(dealer.sealing) + public(holder.sealing)
            key = hkdf(shared(dealer.sealing, public(holder.sealing)), terms, info)
            out += ChaCha20Poly1305(key).encrypt(bytes(12), b"".join(shares), terms)
        return out

    size = width // 8

    def masked(party):
        total = [n % 2**width for n in numbers[party.place]]
        own = hkdf(party.own, terms, b"concordat/sum/1/self-mask\n" + le(party.place, 2))
        masks = [(own, 1)]
        for other in parties:
            if other is party:
                continue
            low, high = sorted((party, other), key=lambda p: p.place)
            info = (b"concordat/sum/1/pair-mask\n" + le(low.place, 2) + le(high.place, 2) + public(low.masking) + public(high.masking))
            masks.append((hkdf(shared(party.masking, public(other.masking)), terms, info), 1 if party is low else -1))
        for key, sign in masks:
            keystream = stream(key, size * len(total))
            for i in range(len(total)):
                total[i] = (total[i] + sign * int.from_bytes(keystream[i * size:(i + 1) * size], "little")) % 2**width
        return b"".join(le(n, size) for n in total)

    def seed_hash(party):
        return sha(b"concordat/sum/1/self-seed\n", terms, le(party.place, 2), party.own)

    speak(1, {p.place: public(p.sealing) + public(p.masking) + seed_hash(p) for p in parties})
    speak(2, {p.place: dealing(p) for p in parties})
    speak(3, {p.place: masked(p) for p in parties[:2]})
    speak(4, {0: b"", 1: b""})
    opened = [(p.own, p.coefficients[0]) if p.place < 2 else (p.mask, p.coefficients[1]) for p in parties]
    speak(5, {holder: b"".join(share(seed, c, holder + 1) for seed, c in opened) for holder in (0, 1)})
    sums = [(a + b + 2**(width - 1)) % 2**width - 2**(width - 1) for a, b in zip(numbers[0], numbers[1])]
    return {"width": width, "numbers": [[str(n) for n in row] for row in numbers], "terms": terms.hex(), "said": said,
            "sum": [str(n) for n in sums]}


if __name__ == "__main__":
    print(json.dumps({"context": CONTEXT.hex(), "names": NAMES, "quorum": QUORUM, "cases": [
        answers(64, [[1, -2, 2**63 - 1], [5, 2, 1], [7, 7, 7]]),
        answers(128, [[1, -2**127, 2**64], [5, -1, 2**100], [7, 7, 7]]),
    ]}, indent=1))
