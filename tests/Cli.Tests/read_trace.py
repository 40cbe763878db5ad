# Reads a trace with nothing but Python's msgpack, and tells what it found as JSON: counts by record, bytes of all fields of
# bytes, the sum of results of SUBMIT.
import io
import json
import sys

import msgpack

names, counts, blobs, accepted, end = {}, {}, 0, 0, None
with open(sys.argv[1], "rb") as file:
    for _, block in msgpack.Unpacker(file, max_buffer_size=1 << 24):
        for kind, *fields in msgpack.Unpacker(io.BytesIO(block)):
            if not names:
                names = {number: (name, keys) for number, name, *keys in fields[2]}
            name, keys = names[kind]
            record = dict(zip(keys, fields, strict=True))
            counts[name] = counts.get(name, 0) + 1
            blobs += sum(len(value) for value in fields if isinstance(value, bytes))
            accepted += record["result"] if name == "SUBMIT" else 0
            end = record if name == "END" else end
print(json.dumps({"counts": counts, "blobs": blobs, "accepted": accepted, "records": end["records"], "reason": end["reason"]}))
