#!/usr/bin/env python3
"""What others take for what src/he does: lattice.py openfhe|tenseal. Medians of 30 in processor time, one thread, as
JSON.

Their plaintexts are smaller than ours: 8,192 values of 30 bits (OpenFHE) or 20 bits (TenSEAL, which is SEAL) a ciphertext.
"""
import json
import statistics
import sys
import time

VALUES = list(range(8192))


def median_us(call, times=30):
    taken = []
    for _ in range(times):
        start = time.process_time()
        call()
        taken.append(1e6 * (time.process_time() - start))
    return statistics.median(taken)


def openfhe():
    import openfhe as fhe
    parameters = fhe.CCParamsBFVRNS()
    parameters.SetPlaintextModulus(1073643521)  # 1 modulo 2n
    parameters.SetMultiplicativeDepth(0)
    parameters.SetMultipartyMode(fhe.MultipartyMode.NOISE_FLOODING_MULTIPARTY)
    context = fhe.GenCryptoContext(parameters)
    feature = fhe.PKESchemeFeature
    for wanted in (feature.PKE, feature.KEYSWITCH, feature.LEVELEDSHE, feature.ADVANCEDSHE, feature.MULTIPARTY):
        context.Enable(wanted)
    first = context.KeyGen()
    second = context.MultipartyKeyGen(first.publicKey)
    plaintext = context.MakePackedPlaintext(VALUES)
    ciphertext = context.Encrypt(second.publicKey, plaintext)
    # Its packing of values is not counted: ours is in another form.
    return {
        "encrypt": median_us(lambda: context.Encrypt(second.publicKey, plaintext)),
        "partial": median_us(lambda: context.MultipartyDecryptMain([ciphertext], second.secretKey)),
    }


def tenseal():
    import tenseal as seal
    context = seal.context(seal.SCHEME_TYPE.BFV, poly_modulus_degree=8192, plain_modulus=1032193, n_threads=1)
    return {"encrypt": median_us(lambda: seal.bfv_vector(context, VALUES))}


print(json.dumps({"openfhe": openfhe, "tenseal": tenseal}[sys.argv[1]]()))
