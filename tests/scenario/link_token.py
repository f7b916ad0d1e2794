"""Tokens of settings links, made a second time and apart from the programs: for tests that need one
which the programs would not make, say of a day that is over. What is in them says
src/model/settings_link.h.
"""

import base64
import ctypes
import struct
import time

TAG = 16  # bytes
GET_TAG = 0x10  # EVP_CTRL_AEAD_GET_TAG


def today():
    return int(time.time()) // 86400


def read_keys(path):
    """Pairs of id and bytes, in the file's order."""
    with open(path, encoding="ascii") as file:
        words = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return [(int(identity), bytes.fromhex(key)) for identity, key in words]


def seal(key, last_day, language, address):
    """The token; key is such a pair."""
    plain = struct.pack(">BH2s", 1, last_day, language.encode("ascii")) + address.encode("utf-8")
    identity = bytes([key[0]])
    token = identity + siv(key[1], identity, plain)
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode("ascii")


def siv(key, associated, plain):
    """AES-256-SIV (RFC 5297): the tag, then what is encrypted."""
    crypto = ctypes.CDLL("libcrypto.so.3")
    for name in ("EVP_CIPHER_fetch", "EVP_CIPHER_CTX_new"):
        getattr(crypto, name).restype = ctypes.c_void_p
    cipher = ctypes.c_void_p(crypto.EVP_CIPHER_fetch(None, b"AES-256-SIV", None))
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    out = ctypes.create_string_buffer(len(plain))
    tag = ctypes.create_string_buffer(TAG)
    length = ctypes.c_int()
    try:
        results = [
            crypto.EVP_EncryptInit_ex(context, cipher, None, key, None),
            crypto.EVP_EncryptUpdate(context, None, ctypes.byref(length), associated,
                                     len(associated)),
            crypto.EVP_EncryptUpdate(context, out, ctypes.byref(length), plain, len(plain)),
            crypto.EVP_CIPHER_CTX_ctrl(context, GET_TAG, TAG, tag),
        ]
    finally:
        crypto.EVP_CIPHER_CTX_free(context)
        crypto.EVP_CIPHER_free(cipher)
    if results != [1, 1, 1, 1]:
        raise OSError("libcrypto cannot do AES-256-SIV: %r" % results)
    return tag.raw + out.raw
