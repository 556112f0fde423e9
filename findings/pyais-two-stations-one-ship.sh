#!/usr/bin/env bash
# pyais joins the first half of one ship's AIS message with the second half of another ship's, and decodes it.
#
# Expected: two receivers feed one stream. Each line has a TAG block that names its receiver (s:) and its group (g:), so
#           the parts of each message are known, also where lines of the receivers alternate. Two ships come out.
# Happens:  IterMessages finds parts by message number (0 to 9), channel, talker, type and count, not by receiver or
#           group. A second first part replaces the first one, the next second part completes it, and the last part is
#           dropped. One ship comes out, with the destination of both: TALLINN ONUOSAARI. All checksums are right.
# Version:  pyais 3.3.1.
# Source:   https://gpsd.gitlab.io/gpsd/AIVDM.html (TAG blocks); https://github.com/M0r13n/pyais/pull/210 (the key);
#           https://github.com/ais-dotnet/Ais.Net/pull/126 (why another decoder prefers the group); and this run.
# So:       a feed of several receivers needs one IterMessages for each s:, or pyais's TagBlockQueue, before its
#           positions and names go to Herenow.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyais==3.3.1
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from functools import reduce
from operator import xor

from pyais import IterMessages, encode_dict


def lines(receiver: str, group: int, mmsi: int, name: str, destination: str) -> list[bytes]:
    """A ship's static data (type 5), in two lines with TAG blocks, as `receiver` sends them on."""
    ship = {"type": 5, "mmsi": mmsi, "shipname": name, "destination": destination, "ship_type": 70}
    parts = encode_dict(ship, talker_id="AI", sentence_type="VDM", radio_channel="A", seq_id=3)
    tagged = []
    for number, part in enumerate(parts, 1):
        tag = f"s:{receiver},g:{number}-{len(parts)}-{group}"
        tagged.append(f"\\{tag}*{reduce(xor, tag.encode()):02X}\\{part}".encode())
    return tagged


def ships(stream: list[bytes]) -> list[tuple[int, str, str]]:
    return [(one.mmsi, one.shipname, one.destination) for one in (message.decode() for message in IterMessages(stream))]


alpha = lines("east", 1111, 230000001, "ALPHA", "HELSINKI VUOSAARI")
bravo = lines("west", 2222, 265000002, "BRAVO", "TALLINN OLD CITY")
right = [(230000001, "ALPHA", "HELSINKI VUOSAARI"), (265000002, "BRAVO", "TALLINN OLD CITY")]
in_turn = ships([*alpha, *bravo])
alternating = ships([alpha[0], bravo[0], alpha[1], bravo[1]])
print("one receiver after the other:", in_turn)
print("lines that alternate:        ", alternating)
sys.exit(0 if in_turn == right and alternating == [(265000002, "BRAVO", "TALLINN ONUOSAARI")] else 1)
PYTHON
