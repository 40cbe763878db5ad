# The other side of PeerTests: Debian's python3-msgpack reads values from FILE, tells each on a line of its own,
# and writes them anew to OUT.
import struct
import sys

import msgpack


class Pairs(list):
    """A map with its order and its doubled keys."""


def told(value):
    if value is None:
        return "nil"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return "f" + struct.pack("<d", value).hex()
    if isinstance(value, str):
        return "s" + value.encode().hex()
    if isinstance(value, bytes):
        return "b" + value.hex()
    if isinstance(value, msgpack.Timestamp):
        return "x-1:" + value.to_bytes().hex()
    if isinstance(value, msgpack.ExtType):
        return "x%d:%s" % (value.code, value.data.hex())
    if isinstance(value, Pairs):
        return "{" + ",".join(told(key) + "," + told(item) for key, item in value) + "}"
    return "[" + ",".join(map(told, value)) + "]"


def packed(packer, value):
    if isinstance(value, Pairs):
        return packer.pack_map_header(len(value)) + b"".join(packed(packer, part) for pair in value for part in pair)
    if isinstance(value, list):
        return packer.pack_array_header(len(value)) + b"".join(packed(packer, item) for item in value)
    return packer.pack(value)


with open(sys.argv[1], "rb") as given, open(sys.argv[2], "wb") as made:
    packer = msgpack.Packer()
    for value in msgpack.Unpacker(given, object_pairs_hook=Pairs, strict_map_key=False, max_buffer_size=1 << 30):
        print(told(value))
        made.write(packed(packer, value))
